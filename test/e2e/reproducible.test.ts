import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { copySeed } from './support/private-store.js';
import { jsonOf, type Ran, Rig } from './support/rig.js';

/** With other versions of V8, zlib and OpenSSL than the oldest Node that mkve runs on. */
const NEWEST_NODE = '26.10.0';

/** Hooks that would tell of whatever they could see of the machine and of whoever calls. */
const HOOKS = {
  '10-environment': 'env | sort >/etc/environment-of-hook; umask >>/etc/environment-of-hook',
  '20-machine':
    'cat /proc/sys/kernel/hostname >/etc/machine; id >>/etc/machine; pwd >>/etc/machine; date +%Z >>/etc/machine',
  '30-order': 'for file in /usr/share/doc/*; do echo "$file"; done >/etc/order; sort /etc/order >/etc/sorted',
  '40-files': 'mkdir -p /srv/новый; seq 100000 >/srv/новый/числа; ln /etc/order /srv/order; touch /srv/later',
};

let here: Rig;
let there: Rig;

beforeAll(() => {
  here = new Rig('user');
  there = new Rig('caller');
});
afterAll(() => {
  for (const rig of [here, there]) rig.dispose();
});

/** The same template in both places: its directory names it. */
function bundleOf(rig: Rig): readonly string[] {
  rig.template({ hypervisor: 'openvz', hooks: HOOKS, conf: { notes: 'notes\n' } });
  const template = rig.path('same');
  execFileSync('cp', ['-a', rig.path(rig.name), template]);
  return ['--hypervisor=openvz', '--suite=bookworm', '--force-no-sign', `--output=${rig.output}`, template];
}

function newestNode(rig: Rig): string {
  const name = `node-${process.platform}-${process.arch}`;
  const prefix = rig.path('newest');
  mkdirSync(prefix);
  const settings = ['--no-audit', '--no-fund', '--ignore-scripts', '--no-save', '--prefix', prefix];
  execFileSync('npm', ['install', ...settings, `${name}@${NEWEST_NODE}`], { stdio: 'pipe' });
  return `${prefix}/node_modules/${name}/bin/node`;
}

function done(ran: Ran): void {
  expect(ran.status, ran.stderr).toBe(0);
}

describe.runIf(process.getuid?.() === 0)('two bundles of one template', () => {
  it('are the same to the byte, whoever makes them, where, when and with what', async () => {
    done(await here.run('mkve-bundle', bundleOf(here), { env: { TZ: 'UTC', LC_ALL: 'C.UTF-8' } }));

    const store = there.path('store of another');
    copySeed(there.seed, store);
    const [, program = ''] = there.program('mkve-bundle');
    const otherwise = 'hostname elsewhere && umask 077 && exec "$@"';
    const called = ['unshare', '--uts', 'sh', '-c', otherwise, 'sh', 'taskset', '--cpu-list', '0'];
    const cwd = there.path('elsewhere');
    mkdirSync(cwd);
    const env = { TZ: 'Asia/Kathmandu', LC_ALL: 'tr_TR.UTF-8', LANG: 'ru_RU.KOI8-R', SOURCE_DATE_EPOCH: '' };
    done(await there.exec([...called, newestNode(there), program, ...bundleOf(there)], { store, cwd, env }));

    const listed = (rig: Rig) => execFileSync('tar', ['-tvf', rig.output], { encoding: 'utf8' });
    expect(listed(there)).toBe(listed(here));
    expect(readFileSync(there.output).equals(readFileSync(here.output))).toBe(true);
    expect(statSync(there.output).mode & 0o777).toBe(0o644);
  });

  it('hold no trace of what differed', async () => {
    const rootfs = execFileSync('tar', ['-xOf', here.output, 'rootfs.tar.gz'], { maxBuffer: 1 << 28 });
    const read = (path: string) =>
      execFileSync('tar', ['-xzOf', '-', path], { input: rootfs, encoding: 'utf8', maxBuffer: 1 << 24 });
    expect(read('./etc/machine')).toBe('mkve\nuid=0(root) gid=0(root) groups=0(root)\n/\nUTC\n');
    const [inspected] = jsonOf(await here.mkve(['inspect', '--json', here.output]));
    expect(JSON.stringify(inspected)).not.toMatch(/elsewhere|Kathmandu|mkve-e2e/);
  });
});
