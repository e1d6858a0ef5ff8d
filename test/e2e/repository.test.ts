import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { type GpgRig, gpgRig, newKey } from '../support/gpg-rig.js';
import { flipped, openRepository, type Repository } from '../support/repository.js';
import { kindsRan, Rig } from './support/rig.js';

/** A base is made here, which takes half a minute on a machine that does nothing else. */
const MINUTES_10 = 600_000;

let rig: Rig;
beforeEach(() => {
  rig = new Rig();
});
afterEach(() => rig.dispose());

function digestOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

describe('a repository', () => {
  let homes: GpgRig;
  let own: Rig;
  let repository: Repository;
  const probe = { name: 'mkve-probe', version: '1.0', content: 'one' };

  beforeAll(async () => {
    homes = gpgRig();
    own = new Rig();
    const keys = await homes.newHome('repository');
    await newKey(keys, 'Repository <repository@example.org>');
    repository = await openRepository(own.path('repository'), keys);
  });
  beforeEach(async () => {
    await repository.publish([probe]);
    repository.requests();
  });
  afterAll(async () => {
    repository.close();
    await homes.remove();
    own.dispose();
  });

  const entry = (options = '') => `deb ${options}${repository.url} local main`;
  const signed = () => entry(`[signed-by=${repository.key}] `);
  const RELEASE = 'dists/local/InRelease';

  it('that nobody answers for is named, with what is wrong', async () => {
    const ran = await rig.bundle(['--mirror', 'http://127.0.0.1:1/debian']);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain('could not be fetched from http://127.0.0.1:1/debian');
    expect(ran.stderr).toContain('Connection refused');
  });

  it.each([
    ['by an unknown key', () => entry(), () => undefined, 'NO_PUBKEY'],
    [
      'and then changed',
      signed,
      () => repository.change(RELEASE, flipped),
      'BADSIG|NOSPLIT|bad signature|invalid',
    ],
    ['by nobody', signed, () => repository.change(RELEASE, () => undefined), 'not signed'],
  ])('that is signed %s is refused and named', async (_how, mirror, change, why) => {
    change();
    const ran = await rig.bundle(['--mirror', mirror()]);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain(`the signature of the repository ${repository.url}`);
    expect(ran.stderr).toMatch(new RegExp(why));
    expect(ran.stderr).toContain('keyrings: [FILE]');
  });

  it('whose lists are not those that it signed is refused and named', async () => {
    repository.change('dists/local/main/binary-amd64/Packages', (bytes) =>
      Buffer.concat([bytes, Buffer.from('\n')]),
    );
    const ran = await rig.bundle(['--mirror', signed()]);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain(`${repository.url}/dists/local/main/binary-amd64/Packages`);
  });

  const project = () => {
    const mirrors = JSON.stringify([hostMirror(rig.seed), signed()]);
    rig.write('hook', '#!/bin/sh\ncat /usr/share/mkve-probe\n', 0o755);
    rig.write(
      'mkvefile.ts',
      `import { defineConfig, mmdebstrap } from 'mkve';
       export default defineConfig({ packages: mmdebstrap({ suite: 'bookworm', mirrors: ${mirrors} }), sign: false,
         templates: { probe: { version: '1', output: 'out.bun', hypervisors: { lxc: { packages: ['mkve-probe'], hooks: ['./hook'] } } } } });\n`,
    );
  };
  const build = async (...options: readonly string[]) => {
    const ran = await rig.mkve(['build', ...options]);
    return { ...ran, kinds: kindsRan(ran), asked: repository.requests() };
  };
  const lock = () => readFileSync(rig.path('mkve.lock'), 'utf8');
  const UNASKED = { status: 0, kinds: [], asked: [] };

  it('is asked once; an update brings its news, and what stays the same is not built again', {
    timeout: MINUTES_10,
  }, async () => {
    project();
    expect(await build('--locked')).toMatchObject({ status: 3, asked: [] });
    const first = await build();
    expect(first.status, first.stderr).toBe(0);
    expect(first.asked).toContain('pool/mkve-probe_1.0_all.deb');
    expect(first.stdout).toContain(`locked   ${rig.path('mkve.lock')}: `);
    const [before, locked] = [digestOf(rig.output), lock()];

    await repository.publish([probe]);
    expect(await build('--locked')).toMatchObject(UNASKED);
    expect((await rig.mkve(['update'])).status).toBe(0);
    expect(repository.requests()).toContain(RELEASE);
    expect(await build()).toMatchObject(UNASKED);
    expect(digestOf(rig.output)).toBe(before);

    await repository.publish([{ ...probe, version: '2.0', content: 'two' }]);
    expect(await build()).toMatchObject(UNASKED);
    const update = await rig.mkve(['update', 'mkve-probe']);
    expect(update).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^ {4}mkve-probe 1\.0 -> 2\.0 \(all\)$/m),
    });
    repository.requests();
    expect(await build('--offline')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^ {4}mkve-probe 2\.0 all$/m),
      asked: [],
    });
    const deb = 'pool/mkve-probe_2.0_all.deb';
    repository.change(deb, flipped);
    const damaged = await build();
    expect(damaged.status).toBe(1);
    expect(damaged.stderr).toContain(`could not download ${repository.url}/${deb}`);
    repository.change(deb, flipped);
    const newer = await build('--locked');
    expect(newer.status, newer.stderr).toBe(0);
    expect(newer.kinds).toEqual(['packages', 'hook', 'pack', 'metainfo', 'bundle']);
    expect((await rig.mkve(['log', 'hook'])).stdout).toContain('two');
    const why = await rig.mkve(['explain', 'packages']);
    expect(why.stdout).toContain('packages: mkve-probe 1.0 -> 2.0');

    // What the lock of another day says is built again, and costs only what was not kept.
    rig.write('mkve.lock', locked);
    expect(await build('--locked', '--offline')).toMatchObject({ status: 0, kinds: ['bundle'], asked: [] });
    expect(digestOf(rig.output)).toBe(before);

    repository.change(RELEASE, flipped);
    const refused = await rig.mkve(['update']);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain(repository.url);
    expect(lock()).toBe(locked);
  });

  it('need not be there for a locked build, in a store that has the packages and no result', {
    timeout: MINUTES_10,
  }, async () => {
    project();
    const first = await build();
    expect(first.status, first.stderr).toBe(0);
    const before = digestOf(rig.output);
    rmSync(rig.output);
    const store = rig.path('store');
    mkdirSync(store);
    execFileSync('cp', ['-al', join(rig.store, 'blobs'), store]);
    repository.change('pool/mkve-probe_1.0_all.deb', () => undefined);
    const again = await rig.mkve(['build', '--locked', '--offline'], { store });
    expect(again.status, again.stderr).toBe(0);
    expect(kindsRan(again)).toEqual(expect.arrayContaining(['base', 'packages', 'hook', 'pack']));
    expect([digestOf(rig.output), repository.requests()]).toEqual([before, []]);
  });
});

/** The first repository of the suite that the seed was built from, as one line of sources.list(5). */
function hostMirror(store: string): string {
  for (const name of readdirSync(join(store, 'actions'), { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.json')) continue;
    const [, body = ''] = readFileSync(join(store, 'actions', name), 'utf8').split('\n');
    const action = JSON.parse((JSON.parse(body) as { action: string }).action) as {
      readonly kind: string;
      readonly inputs: {
        readonly repository?: { readonly repositories: readonly { readonly uris: readonly string[] }[] };
      };
    };
    const uri = action.inputs.repository?.repositories[0]?.uris[0];
    if (action.kind === 'snapshot' && uri !== undefined && !uri.includes('127.0.0.1'))
      return `deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${uri} bookworm main`;
  }
  throw new Error('the seed has no snapshot');
}
