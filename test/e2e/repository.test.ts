import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { type GpgRig, gpgRig, newKey } from '../support/gpg-rig.js';
import { flipped, openRepository, type Repository } from '../support/repository.js';
import { kindsRan, Rig } from './support/rig.js';

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

  it('is asked once; an update brings its news, and what stays the same is not built again', async () => {
    const mirrors = JSON.stringify([hostMirror(rig.seed), signed()]);
    rig.write('hook', '#!/bin/sh\ncat /usr/share/mkve-probe\n', 0o755);
    rig.write(
      'mkvefile.ts',
      `import { defineConfig, mmdebstrap } from 'mkve';
       export default defineConfig({ packages: mmdebstrap({ suite: 'bookworm', mirrors: ${mirrors} }), sign: false,
         templates: { '${rig.name}': { version: '1', output: 'out.bun', hypervisors: { lxc: { packages: ['mkve-probe'], hooks: ['./hook'] } } } } });\n`,
    );
    const build = async () => {
      const ran = await rig.mkve(['build']);
      return { ...ran, kinds: kindsRan(ran), asked: repository.requests() };
    };
    const first = await build();
    expect(first.status, first.stderr).toBe(0);
    expect(first.asked).toContain('pool/mkve-probe_1.0_all.deb');
    const before = digestOf(rig.output);

    await repository.publish([probe]);
    expect(await build()).toMatchObject({ status: 0, kinds: [], asked: [] });
    expect((await rig.mkve(['update'])).status).toBe(0);
    expect(repository.requests()).toContain(RELEASE);
    expect(await build()).toMatchObject({ status: 0, kinds: ['resolve', 'resolve'], asked: [] });
    expect(digestOf(rig.output)).toBe(before);

    await repository.publish([{ ...probe, version: '2.0', content: 'two' }]);
    expect(await build()).toMatchObject({ status: 0, kinds: [], asked: [] });
    expect((await rig.mkve(['update'])).status).toBe(0);
    const deb = 'pool/mkve-probe_2.0_all.deb';
    repository.change(deb, flipped);
    const damaged = await build();
    expect(damaged.status).toBe(1);
    expect(damaged.stderr).toContain(`could not download ${repository.url}/${deb}`);
    repository.change(deb, flipped);
    const newer = await build();
    expect(newer.status, newer.stderr).toBe(0);
    expect(newer.kinds).toEqual(['packages', 'hook', 'pack', 'metainfo', 'bundle']);
    expect((await rig.mkve(['log', 'hook'])).stdout).toContain('two');
    const why = await rig.mkve(['explain', 'packages']);
    expect(why.stdout).toContain('packages: mkve-probe 1.0 -> 2.0');

    repository.change(RELEASE, flipped);
    const refused = await rig.mkve(['update']);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain(repository.url);
    expect(await build()).toMatchObject({ status: 0, kinds: [] });
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
