import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { type Env, type GpgRig, gpg, gpgRig, newKey } from '../support/gpg-rig.js';
import { alive, familyOf, until } from './support/processes.js';
import { jsonOf, Rig, stepsRan } from './support/rig.js';

const ALICE = 'Alice <alice@example.org>';
const OPS = 'Операторы <ops@example.org>';

let homes: GpgRig;
/** Has both keys, Alice's first. */
let keys: Env;
/** Has none. */
let empty: Env;
let rig: Rig;

beforeAll(async () => {
  homes = gpgRig();
  keys = await homes.newHome('keys');
  empty = await homes.newHome('empty');
  await newKey(keys, ALICE);
  await newKey(keys, OPS);
});
afterAll(() => homes.remove());
beforeEach(() => {
  rig = new Rig();
  rig.template({ hooks: { '10-one': 'echo one >/etc/one' }, conf: { notes: 'first\n' } });
});
afterEach(() => rig.dispose());

const gnupg = (env: Env) => ({ env: { GNUPGHOME: env['GNUPGHOME'] ?? '' } });
const bundle = (env: Env, ...args: readonly string[]) =>
  rig.run(
    'mkve-bundle',
    ['--hypervisor=lxc', '--suite=bookworm', `--output=${rig.output}`, ...args, rig.name],
    gnupg(env),
  );
const verify = (env: Env, ...args: readonly string[]) =>
  rig.mkve(['verify', ...args, rig.output], gnupg(env));
const members = () => execFileSync('tar', ['-tf', rig.output], { encoding: 'utf8' }).trim().split('\n');

async function fingerprint(user: string): Promise<string> {
  const listed = (await gpg(keys, '--with-colons', '--list-keys', user)).toString();
  return /^fpr:+([0-9A-F]{40}):/m.exec(listed)?.[1] ?? '';
}

/** A project of the rig's template that signs as this says. */
function project(sign: string): void {
  rig.write(
    'mkvefile.ts',
    `import { defineConfig, mmdebstrap } from 'mkve';
     export default defineConfig({ packages: mmdebstrap({ suite: 'bookworm' }), sign: ${sign},
       templates: { '${rig.name}': { path: './${rig.name}', output: 'out.bun' } } });\n`,
  );
}

describe('a signed bundle', () => {
  it('is signed by the default key, verifies, and stands as format 1 says', async () => {
    const built = await bundle(keys);
    expect(built.status, built.stderr).toBe(0);
    expect(members()).toEqual([
      ...['metainfo.json', 'metainfo.json.asc', 'conf/notes', 'packages.json', 'rootfs.tar.zst'],
    ]);
    const verified = await verify(keys);
    expect(verified.status, verified.stderr).toBe(0);
    expect(verified.stdout).toContain(`the signature of ${ALICE} (${await fingerprint(ALICE)}) is good`);
    const inspected = await rig.mkve(['inspect', rig.output], gnupg(empty));
    expect(inspected.stdout).toMatch(new RegExp(`^signature +present .*${await fingerprint(ALICE)}`, 'm'));
    const [report] = jsonOf(await verify(keys, '--json'));
    expect(report).toMatchObject({ faults: [], signature: { kind: 'good', user: ALICE } });
  });

  it('is readable by plain tar and gpg', async () => {
    expect((await bundle(keys)).status).toBe(0);
    for (const member of ['metainfo.json', 'metainfo.json.asc'])
      writeFileSync(rig.path(member), execFileSync('tar', ['-xOf', rig.output, member]));
    await gpg(keys, '--verify', rig.path('metainfo.json.asc'), rig.path('metainfo.json'));
  });

  it('is signed once: nothing runs again, not even with the key gone, until there is something new to sign', async () => {
    expect((await bundle(keys)).status).toBe(0);
    const again = await bundle(empty);
    expect(again.status, again.stderr).toBe(0);
    expect(stepsRan(again)).toEqual([]);
    rig.write(`${rig.name}/conf/lxc/notes`, 'second\n');
    const changed = await bundle(empty);
    expect(changed.status).toBe(1);
    expect(changed.stderr).toContain('gpg has no secret key to sign with');
    expect(stepsRan(await bundle(keys))).toEqual(['sign', 'bundle']);
    expect((await verify(keys)).status).toBe(0);
  });

  it('is signed by the key that the mkvefile names', async () => {
    project("{ key: 'ops@example.org' }");
    const built = await rig.mkve(['build'], gnupg(keys));
    expect(built.status, built.stderr).toBe(0);
    expect((await verify(keys)).stdout).toContain(`${OPS} (${await fingerprint(OPS)}) is good`);
    project(`{ key: '${await fingerprint(ALICE)}' }`);
    const other = await rig.mkve(['build'], gnupg(keys));
    expect(stepsRan(other)).toEqual(['sign', 'bundle']);
    expect((await verify(keys)).stdout).toContain(ALICE);
    project('false');
    expect(stepsRan(await rig.mkve(['build'], gnupg(keys)))).toEqual(['bundle']);
    expect(members()).not.toContain('metainfo.json.asc');
  });
});

describe('a bundle that cannot be signed', () => {
  it('fails with the remedies, keeps all that was done, and --force-no-sign makes use of it', async () => {
    const failed = await bundle(empty);
    expect(failed.status).toBe(1);
    expect(failed.stderr).toContain('the bundle was not signed: gpg has no secret key to sign with');
    expect(failed.stderr).toContain('gpg --quick-generate-key');
    expect(failed.stderr).toContain('--force-no-sign');
    expect(existsSync(rig.output)).toBe(false);
    const unsigned = await bundle(empty, '--force-no-sign');
    expect(unsigned.status, unsigned.stderr).toBe(0);
    expect(stepsRan(unsigned)).toEqual(['bundle']);
    expect((await verify(empty, '--allow-unsigned')).status).toBe(0);
  });

  it('leaves the bundle of before alone', async () => {
    expect((await bundle(keys)).status).toBe(0);
    const before = readFileSync(rig.output);
    rig.hook('10-one', 'echo two >/etc/one');
    expect((await bundle(empty)).status).toBe(1);
    expect(readFileSync(rig.output).equals(before)).toBe(true);
  });

  it('names the key that gpg does not have', async () => {
    project("{ key: 'nobody@example.org' }");
    const failed = await rig.mkve(['build'], gnupg(keys));
    expect(failed.status).toBe(1);
    expect(failed.stderr).toContain("gpg has no secret key for 'nobody@example.org'");
    expect(failed.stderr).toContain('gpg --list-secret-keys');
  });

  it('is no trap: an interrupt ends a request for a passphrase that nobody answers', async () => {
    const asked = join(homes.path, 'asked');
    const locked = await homes.newHome('locked', `#!/bin/sh\n: >'${asked}'\nexec sleep 98989\n`);
    await newKey(locked, ALICE, 'a passphrase');
    await gpg(locked, '--version').then(() => execFileSync('gpgconf', ['--kill', 'all'], { env: locked }));
    const running = rig.startRun(
      'mkve-bundle',
      ['--hypervisor=lxc', '--suite=bookworm', `--output=${rig.output}`, rig.name],
      gnupg(locked),
    );
    await until('somebody is asked for the passphrase', () => existsSync(asked));
    const family = familyOf(running.pid);
    process.kill(running.pid, 'SIGINT');
    expect((await running.ended).status).toBe(130);
    expect(alive(family)).toEqual([]);
  });
});

describe('mkve verify', () => {
  /** Changes one byte of a member. */
  function flip(member: string, at = 5): void {
    const bytes = readFileSync(rig.output);
    const header = bytes.indexOf(Buffer.from(`${member}\0`, 'latin1'));
    expect(header % 512).toBe(0);
    const place = header + 512 + at;
    bytes.writeUInt8(bytes.readUInt8(place) ^ 1, place);
    writeFileSync(rig.output, bytes);
  }

  it('lists every fault of a bundle in which bytes were flipped', async () => {
    expect((await bundle(keys)).status).toBe(0);
    flip('conf/notes', 0);
    flip('rootfs.tar.zst', 40_000_000);
    const changed = await verify(keys);
    expect(changed.status).toBe(4);
    expect(changed.stderr).toContain('conf/notes was changed: its sha256 is ');
    expect(changed.stderr).toContain('rootfs.tar.zst was changed: its sha256 is ');
    expect(changed.stderr).not.toContain('signature');
    const [report] = jsonOf(await verify(keys, '--json'));
    expect(report?.['faults']).toEqual(expect.arrayContaining([expect.stringMatching(/^conf\/notes /)]));
    flip('metainfo.json', 30);
    const forged = await verify(keys, '--allow-unsigned');
    expect(forged.status).toBe(4);
    expect(forged.stderr).toContain('the signature is bad');
  });

  it('refuses a stranger, a missing signature and a missing file, all with status 4', async () => {
    expect((await bundle(keys)).status).toBe(0);
    const stranger = await verify(empty);
    expect(stranger.status).toBe(4);
    expect(stranger.stderr).toContain(`import the public key ${await fingerprint(ALICE)} with gpg --import`);
    expect((await bundle(keys, '--force-no-sign')).status).toBe(0);
    const unsigned = await verify(keys);
    expect(unsigned.status).toBe(4);
    expect(unsigned.stderr).toContain('the bundle is not signed');
    const allowed = await verify(keys, '--allow-unsigned');
    expect(allowed).toMatchObject({ status: 0, stdout: expect.stringContaining('not signed') });
    const missing = await rig.mkve(['verify', 'no-such.bun']);
    expect(missing.status).toBe(4);
    expect(missing.stderr).toContain('cannot be read');
  });

  it('refuses members that nobody listed and those that are missing', async () => {
    expect((await bundle(keys)).status).toBe(0);
    rig.write('x/conf/extra', 'extra\n');
    execFileSync('tar', ['-xf', rig.output, '-C', rig.path('x')]);
    const repacked = [...members().filter((name) => name !== 'conf/notes')];
    repacked.splice(2, 0, 'conf/extra');
    execFileSync('tar', ['--format=ustar', '-b1', '-cf', rig.output, '-C', rig.path('x'), ...repacked]);
    const ran = await verify(keys);
    expect(ran.status).toBe(4);
    expect(ran.stderr).toContain('conf/notes is missing');
    expect(ran.stderr).toContain('conf/extra is not listed');
  });
});

describe('mkve inspect', () => {
  it('shows what a bundle says of itself, to people and as JSON', async () => {
    expect((await bundle(keys)).status).toBe(0);
    const shown = await rig.mkve(['inspect', rig.output]);
    expect(shown.status, shown.stderr).toBe(0);
    for (const line of [
      new RegExp(`^name +${rig.name}$`, 'm'),
      /^version +0\.1$/m,
      /^hypervisor +lxc$/m,
      /^ +\d+(\.\d)? k?B +metainfo\.json\.asc$/m,
      /^\d+ packages:$/m,
      /^ {2}dpkg 1\.\S+ amd64$/m,
    ])
      expect(shown.stdout).toMatch(line);
    const ran = await rig.mkve(['inspect', '--json', rig.output]);
    const [view] = jsonOf(ran);
    expect(view).toMatchObject({
      type: 'bundle',
      metainfo: { format: 1, name: rig.name, template_version: '0.1', hypervisor: 'lxc' },
      signature: { kind: 'present', fingerprint: await fingerprint(ALICE) },
    });
    const none = await rig.mkve(['inspect', rig.path(`${rig.name}/hypervisors`)]);
    expect(none.status).toBe(4);
    expect(none.stderr).toContain('too short for a tar archive');
  });
});
