import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { expect, inject } from 'vitest';

import { inMountNamespacesWith, withCommandLine } from './processes.js';
import { type As, type Ran, Rig } from './rig.js';

/** Both kinds of caller, where the tests run as root. */
export const RUNS_AS: readonly As[] = inject('e2e').user === undefined ? ['caller'] : ['caller', 'user'];

interface Settings {
  /** Programs of the host that hooks use beside busybox, with their libraries. */
  readonly programs?: readonly string[];
  /** Default: below the rig. */
  readonly store?: string;
}

interface Build {
  /** The mkvefile's `limits`. */
  readonly limits?: Readonly<Record<string, string | number>>;
  /** Hooks that may reach the network. */
  readonly network?: readonly string[];
  readonly args?: readonly string[];
}

/**
 * A template on a base of little more than busybox, in a store of its own, and the host around it: what a hook may have hit
 * is looked at after each build, whatever became of it.
 */
export class HostileRig {
  readonly rig: Rig;
  /** Where mkve keeps its store, and nothing else. */
  readonly store: string;
  /** A directory of the user who calls, with a file in it, for hooks to aim at. */
  readonly victim: string;
  readonly #before: string;

  constructor(as: As, { programs = [], store }: Settings = {}) {
    this.rig = new Rig(as);
    this.store = store ?? this.rig.path('place/store');
    this.victim = this.rig.path('victim');
    mkdirSync(this.rig.path('place'));
    this.rig.write('victim/untouched', 'of the host\n');
    this.rig.write('victim/resolv.conf', '');
    this.#makeBase(programs);
    const { user } = inject('e2e');
    if (as === 'user' && user !== undefined)
      execFileSync('chown', ['-R', `${user.uid}:${user.gid}`, this.rig.path('place'), this.victim]);
    this.#before = this.#host();
  }

  /** A name for a hook that no other process on the machine has in its command line. */
  hookName(name: string): string {
    return `${name}-${this.rig.name}`;
  }

  /** Writes the template with these hooks, in order, and builds it with all that hooks write shown. */
  build(hooks: Readonly<Record<string, string>>, build: Build = {}): Promise<Ran> {
    this.write(hooks, build);
    return this.rig.mkve(['build', '--verbose', ...(build.args ?? [])], { store: this.store });
  }

  /** Writes the template and its mkvefile. */
  write(hooks: Readonly<Record<string, string>>, { limits, network }: Build = {}): void {
    const { rig } = this;
    const named = Object.fromEntries(
      Object.entries(hooks).map(([name, script]) => [this.hookName(name), script]),
    );
    rig.template({ hooks: named });
    const template = {
      path: `./${rig.name}`,
      output: 'place/out.bun',
      pack: { format: 'tar' },
      network: (network ?? []).map((name) => this.hookName(name)),
    };
    const config = { sign: false, ...(limits === undefined ? {} : { limits }), templates: { t: template } };
    rig.write(
      'mkvefile.ts',
      `import { defineConfig, rootfs } from 'mkve';
       export default defineConfig({ packages: rootfs({ from: './base.tar' }), ...${JSON.stringify(config)} });\n`,
    );
  }

  /** One line a member of the packed root file system, as GNU tar lists it; what the base has of programs is left out. */
  packed(): readonly string[] {
    const listing = execFileSync(
      'tar',
      ['--numeric-owner', '--quoting-style=escape', '-tvf', this.archive()],
      {
        stdio: ['ignore', 'pipe', 'ignore'],
        encoding: 'latin1',
      },
    );
    return listing
      .trimEnd()
      .split('\n')
      .filter((line) => !/ \.\/(?:bin2?|lib|lib64)\//.test(line));
  }

  /** The packed root file system, as a file. */
  archive(): string {
    execFileSync('tar', ['-xf', this.rig.path('place/out.bun'), '-C', this.rig.directory, 'rootfs.tar']);
    return this.rig.path('rootfs.tar');
  }

  /**
   * What must be so after any hook: nothing of the host has changed, and nothing of the build runs, is mounted or lies
   * about; the template without what was wrong builds; and whoever built may clear the store and remove it.
   */
  async expectAllWell(): Promise<void> {
    this.expectNothingLeft();
    const repaired = await this.build({ '10-repaired': 'echo well >/repaired' });
    expect(repaired.status, repaired.stdout + repaired.stderr).toBe(0);
    expect(this.packed().filter((line) => line.endsWith(' ./repaired'))).toHaveLength(1);
    const cleared = await this.rig.mkve(['cache', 'clear'], { store: this.store });
    expect(cleared.status, cleared.stderr).toBe(0);
    expect(filesIn(this.store)).toEqual(['./CACHEDIR.TAG', './version']);
    const removed = await this.rig.exec(['rm', '-r', this.store]);
    expect(removed.status, removed.stderr).toBe(0);
    this.expectNothingLeft();
  }

  expectNothingLeft(): void {
    const { rig } = this;
    expect(this.#host()).toBe(this.#before);
    const mine = [rig.name, basename(rig.directory)];
    expect(mine.flatMap(withCommandLine)).toEqual([]);
    expect(inMountNamespacesWith(basename(rig.directory))).toEqual([]);
    const staging = join(this.store, 'tmp');
    expect(existsSync(staging) ? readdirSync(staging) : []).toEqual([]);
    expect(readdirSync(rig.path('place')).filter((name) => !['store', 'out.bun'].includes(name))).toEqual([]);
  }

  dispose(): void {
    // A test that failed may have left names that Node cannot spell.
    execFileSync('rm', ['-rf', this.rig.directory]);
  }

  /** All of the host that hooks here aim at. */
  #host(): string {
    const seen = ['/', '/etc', '/usr', '/dev', '/dev/null', '/dev/zero', this.victim].map((path) => {
      const { ino, mode, uid, gid, rdev } = lstatSync(path);
      return [path, ino, mode, uid, gid, rdev];
    });
    const texts = ['/etc/resolv.conf', '/etc/hosts', '/etc/passwd', join(this.victim, 'untouched')].filter(
      existsSync,
    );
    // Other tests add users meanwhile, so of the list of users only root counts.
    const read = texts.map((path) => readFileSync(path, 'utf8').split('\n')[0]);
    return JSON.stringify([seen, read, readdirSync('/'), readdirSync(this.victim)]);
  }

  #makeBase(programs: readonly string[]): void {
    const root = this.rig.path('root');
    for (const name of ['bin', 'etc', 'tmp', 'dev', 'proc', 'root', 'usr/share'])
      mkdirSync(join(root, name), { recursive: true });
    const busybox = execFileSync('sh', ['-c', 'command -v busybox'], { encoding: 'utf8' }).trim();
    for (const path of [busybox, ...programs]) copyProgram(path, root);
    const applets = execFileSync(busybox, ['--list'], { encoding: 'utf8' }).trim().split('\n');
    for (const name of applets)
      if (!existsSync(join(root, 'bin', name))) symlinkSync('busybox', join(root, 'bin', name));
    writeFileSync(join(root, 'etc/resolv.conf'), 'nameserver 192.0.2.1\n');
    writeFileSync(join(root, 'usr/share/file'), 'of the base\n');
    execFileSync('find', [root, '-exec', 'touch', '-h', '-d', '2020-01-02', '{}', '+']);
    const tar = this.rig.path('base.tar');
    execFileSync('tar', ['--numeric-owner', '--owner=0', '--group=0', '-C', root, '-cf', tar, '.']);
    chmodSync(tar, 0o644);
    rmSync(root, { recursive: true });
  }
}

/** A program under /bin, and the libraries that ldd(1) names where they are looked for. */
function copyProgram(path: string, root: string): void {
  cpSync(path, join(root, 'bin', basename(path)), { dereference: true });
  let said = '';
  try {
    said = execFileSync('ldd', [path], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    // A static program has none.
  }
  for (const [, library = ''] of said.matchAll(/(\/\S+) \(0x/g)) {
    mkdirSync(dirname(join(root, library)), { recursive: true });
    cpSync(library, join(root, library), { dereference: true });
  }
}

/** Whatever is no directory, but for locks and the records of what ran last. */
function filesIn(store: string): readonly string[] {
  const kept = ['-path', './locks', '-prune', '-o', '-path', './last', '-prune', '-o'];
  const found = execFileSync('find', ['.', ...kept, '!', '-type', 'd', '-print'], {
    cwd: store,
    encoding: 'latin1',
  });
  return found.trimEnd().split('\n').sort();
}
