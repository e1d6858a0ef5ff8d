import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Rig, stepsRan } from './support/rig.js';

/** Everything that lstat tells of a list of paths, after all access times were set so that any reading would show. */
const STAMP = `
import hashlib, os, sys
root, mode = os.fsencode(sys.argv[1]), sys.argv[2]
paths = [root] + [os.path.join(top, name) for top, dirs, files in os.walk(root) for name in dirs + files]
if mode == 'age':
    for path in paths: os.utime(path, ns=(10**18, os.lstat(path).st_mtime_ns), follow_symlinks=False)
    with open(sys.argv[3], 'wb') as out: out.write(b'\\0'.join(sorted(paths)))
    sys.exit()
digest = hashlib.sha256()
links = 0 if len(sys.argv) > 4 and sys.argv[4] == 'but-links' else 1
for path in open(sys.argv[3], 'rb').read().split(b'\\0'):
    st = os.lstat(path)
    atime = st.st_atime_ns if links or not os.path.islink(path) else 0
    digest.update(repr((path, st.st_ino, st.st_mode, st.st_uid, st.st_gid, st.st_size, atime, st.st_mtime_ns, st.st_ctime_ns)).encode())
print(digest.hexdigest())
`;

class Stamps {
  readonly #rig: Rig;
  constructor(rig: Rig) {
    this.#rig = rig;
    this.#python('age');
  }
  digest(...but: readonly 'but-links'[]): string {
    return this.#python('digest', ...but);
  }
  #python(...args: readonly string[]): string {
    const [mode = '', ...rest] = args;
    const argv = ['-c', STAMP, this.#rig.path('root'), mode, this.#rig.path('stamps'), ...rest];
    return execFileSync('python3', argv).toString();
  }
}

let rig: Rig;
beforeEach(() => {
  rig = new Rig();
});
afterEach(() => rig.dispose());

const tarify = (on: Rig, ...args: readonly string[]) =>
  on.run('mkve-cache', ['--out=o.tar', '--tarify-only', 'root', ...args]);

const shell = (script: string, on = rig) =>
  execFileSync('sh', ['-euc', script], {
    cwd: on.directory,
    stdio: ['ignore', 'pipe', 'inherit'],
  }).toString();

/** A root file system with all that one can hold. */
const MAKE = `
mkdir -p root/etc root/usr/bin root/srv root/run
echo "$0" >root/etc/own; echo secret >root/etc/shadow; chmod 640 root/etc/shadow
head -c 6000000 /dev/urandom >root/srv/large; : >root/srv/empty
ln -s ../usr/bin root/etc/link; ln root/etc/own root/srv/hard
mkfifo root/run/fifo; echo x >root/srv/волк; chmod 4755 root/srv/волк
printf x >"root/srv/$(printf 'caf\\351')"; touch -d '1960-01-01' root/srv/empty
`;
const ROOT_ONLY = `
mknod root/run/node c 1 3; chown 1234:70000 root/srv/large; cp /bin/true root/usr/bin/ping; chown 0:42 root/etc/shadow
setfattr -n user.note -v yes root/srv/волк; setcap cap_net_raw+ep root/usr/bin/ping
`;

const asRoot = process.getuid?.() === 0;

describe.runIf(asRoot)('mkve-cache --tarify-only, as root', () => {
  it('packs what GNU tar would, and leaves not even an access time behind', async () => {
    shell(MAKE + ROOT_ONLY);
    const stamps = new Stamps(rig);
    const before = stamps.digest();
    const ran = await tarify(rig);
    expect(ran.status, ran.stderr).toBe(0);
    expect(stamps.digest()).toBe(before);
    expect(stepsRan(ran)).toEqual(['tarify', 'archive']);
    const listing = '--numeric-owner --full-time --quoting-style=escape -tv';
    const sorted = (tar: string) => shell(`${tar} | tar ${listing} -f - | sort -k6`);
    const ours = sorted('cat o.tar');
    const theirs = sorted('tar -C root --sort=name --format=gnu -cf - .');
    expect(ours).toBe(theirs);
    mkdirSync(rig.path('back'));
    shell('tar --xattrs --xattrs-include="*" --numeric-owner -C back -xpf o.tar');
    expect(shell('getcap back/usr/bin/ping; getfattr --only-values -n user.note back/srv/волк')).toMatch(
      /cap_net_raw[=+]ep\nyes$/,
    );
    expect(shell('diff -r --no-dereference root/srv back/srv && stat -c %h back/etc/own')).toBe('2\n');
  });

  it('does nothing the second time, and notices what changed', async () => {
    shell(MAKE);
    expect((await tarify(rig)).status).toBe(0);
    expect(stepsRan(await tarify(rig))).toEqual([]);
    rmSync(rig.path('o.tar'));
    expect(stepsRan(await tarify(rig))).toEqual(['archive']);
    writeFileSync(rig.path('root/etc/own'), 'other\n');
    expect(stepsRan(await tarify(rig))).toEqual(['tarify', 'archive']);
    expect(shell('tar -xOf o.tar ./etc/own')).toBe('other\n');
  });

  it('does not enter what is mounted below, nor what lies under it', async () => {
    shell(`${MAKE} mkdir root/mnt root/same; echo below >root/mnt/below`);
    // A mount namespace of the test's own, in which the program runs as well.
    const mounts = 'mount -t tmpfs t root/mnt; : >root/mnt/above; mount --bind root/etc root/same;';
    const program = rig.program('mkve-cache').join(' ');
    const script = `${mounts} exec ${program} --out=o.tar --tarify-only root`;
    const ran = await rig.exec(['unshare', '--mount', '--propagation', 'private', 'sh', '-euc', script]);
    expect(ran.status, ran.stderr).toBe(0);
    expect(shell('tar tf o.tar | grep -e mnt -e same')).toBe('./mnt/\n./same/\n');
  });

  it('adds devices, leaves out what is excluded and says which sockets it had to leave out', async () => {
    shell(MAKE);
    execFileSync('python3', [
      '-c',
      'import socket,sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])',
      rig.path('root/run/sock'),
    ]);
    const ran = await tarify(rig, '--exclude=./srv/*', '--create-fake-devices');
    expect(ran.status, ran.stderr).toBe(0);
    expect(ran.stderr).toContain('1 socket left out, no archive can hold one: run/sock');
    const listed = shell('tar tvf o.tar');
    expect(listed).toMatch(/1,3 .* \.\/dev\/null\n/);
    expect(listed).not.toMatch(/srv\/./);
    expect(existsSync(rig.path('root/dev'))).toBe(false);
  });

  it('refuses to write into what it packs, and what is no directory', async () => {
    shell(MAKE);
    const inside = await rig.run('mkve-cache', ['--out=root/new/o.tar', '--tarify-only=root']);
    expect(inside.status).toBe(2);
    expect(inside.stderr).toContain(`would lie in ${rig.path('root')}`);
    const store = await tarify(rig, '--verbose').then(() =>
      rig.run('mkve-cache', ['--out=o.tar', '--tarify-only=.'], { store: rig.path('own-store') }),
    );
    expect(store.status).toBe(2);
    const file = await rig.run('mkve-cache', ['--out=o.tar', '--tarify-only=root/etc/own']);
    expect(file.status).toBe(2);
    expect(file.stderr).toContain('is not a directory');
  });
});

describe('mkve-cache --tarify-only, as an ordinary user', () => {
  let user: Rig;
  beforeEach(() => {
    user = new Rig('user');
  });
  afterEach(() => user.dispose());
  const own = () => execFileSync('chown', ['-hR', `--reference=${user.directory}`, user.path('root')]);

  it('packs a directory of the user’s own with the owners it has on disk, and changes nothing in it', async () => {
    shell(MAKE, user);
    if (asRoot) own();
    const stamps = new Stamps(user);
    const before = stamps.digest('but-links');
    const ran = await tarify(user);
    expect(ran.status, ran.stderr).toBe(0);
    expect(stamps.digest('but-links')).toBe(before);
    const [uid = ''] = shell('stat -c %u root', user).split('\n');
    expect(ran.stderr).toContain(`belongs to user ${uid}`);
    const listed = shell('tar --numeric-owner -tvf o.tar', user).trimEnd().split('\n');
    expect(listed.length).toBeGreaterThan(10);
    for (const line of listed) expect(line).toContain(` ${uid}/`);
  });

  it.runIf(asRoot)('packs what others own as long as it may read it', async () => {
    shell(`${MAKE} chmod 644 root/etc/shadow`, user);
    const ran = await tarify(user);
    expect(ran.status, ran.stderr).toBe(0);
    expect(shell('tar -tvf o.tar ./etc/shadow', user)).toMatch(/^-rw-r--r-- (root\/root|0\/0) /);
  });

  it.runIf(asRoot)('names every path that it may not read, and needs none that is excluded', async () => {
    shell(`${MAKE} mkdir -m 700 root/srv/тайна; : >root/srv/тайна/x`, user);
    const ran = await tarify(user);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain(`${user.path('root')} can only partly be read: 2 paths cannot`);
    expect(ran.stderr).toContain('/etc/shadow: Permission denied');
    expect(ran.stderr).toContain('/srv/тайна: Permission denied');
    expect(ran.stderr).toContain('hint: pack it as a user who may read all of it');
    expect(existsSync(user.path('o.tar'))).toBe(false);
    const excluded = await tarify(user, '--exclude=/etc/shadow', '--exclude=тайна');
    expect(excluded.status, excluded.stderr).toBe(0);
    expect(readFileSync(user.path('o.tar')).length).toBeGreaterThan(6_000_000);
  });
});
