import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { describeFault, verifyBundle } from '../../../src/bundle/index.js';
import {
  bundleMembers,
  bytesOf,
  type Ingredients,
  privateDirectory,
  TOOLS_ENV,
  verifyTiny,
  writeTiny,
} from '../../support/bundle-rig.js';
import { spawnRunner } from '../../support/spawn-runner.js';

const SIGNED: Ingredients = { sign: async () => Buffer.from('a signature') };

let directory: ReturnType<typeof privateDirectory>;

beforeEach(() => {
  directory = privateDirectory();
});
afterEach(() => directory.remove());

describe('the signature', () => {
  test.each([
    ['refused', ['the bundle is not signed']],
    ['allowed', []],
  ] as const)('may be absent only when that is allowed: %s', async (unsigned, expected) => {
    const report = await verifyTiny(await writeTiny(directory.path), { unsigned });
    expect(report.faults.map(describeFault)).toEqual(expected);
    expect(report.signature).toEqual({ kind: 'absent' });
  });

  test('is checked over the bytes of metainfo.json', async () => {
    const file = await writeTiny(directory.path, SIGNED);
    const [metainfo] = await bundleMembers();
    const seen: Buffer[] = [];
    await verifyBundle({
      file,
      checkSignature: async (bytes, signature) => {
        seen.push(Buffer.from(bytes), Buffer.from(signature));
        return { kind: 'gpg-missing' };
      },
      runner: spawnRunner,
      env: TOOLS_ENV,
      unsigned: 'refused',
    });
    expect(seen).toEqual([metainfo && bytesOf(metainfo), Buffer.from('a signature')]);
  });

  test('that is bad is a fault, also where unsigned bundles are allowed', async () => {
    const file = await writeTiny(directory.path, SIGNED);
    const outcome = { kind: 'bad', keyId: 'K', user: 'U' } as const;
    expect((await verifyTiny(file, { outcome })).faults).toEqual([{ kind: 'signature-refused', outcome }]);
  });

  test('by an unknown key is a fault unless unsigned bundles are allowed', async () => {
    const file = await writeTiny(directory.path, SIGNED);
    const outcome = { kind: 'unknown-key', keyId: 'K' } as const;
    expect((await verifyTiny(file, { outcome, unsigned: 'allowed' })).faults).toEqual([]);
    expect((await verifyTiny(file, { outcome, unsigned: 'refused' })).faults).toHaveLength(1);
  });
});
