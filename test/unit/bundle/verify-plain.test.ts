import { gzipSync } from 'node:zlib';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import {
  type Compression,
  describeFault,
  type Metainfo,
  type RootfsEntry,
  verifyBundle,
} from '../../../src/bundle/index.js';
import {
  bundleMembers,
  compress,
  faultsOf,
  memberOf,
  privateDirectory,
  writeRaw,
  writeTiny,
} from '../../support/bundle-rig.js';
import { spawnRunner } from '../../support/spawn-runner.js';

let directory: ReturnType<typeof privateDirectory>;

beforeEach(() => {
  directory = privateDirectory();
});
afterEach(() => directory.remove());

function changeRootfs(change: (rootfs: RootfsEntry) => RootfsEntry) {
  return (metainfo: Metainfo): Metainfo => ({
    ...metainfo,
    members: metainfo.members.map((member) => ('compression' in member ? change(member) : member)),
  });
}

describe('the plain tar', () => {
  test.each<Compression>(['gzip', 'zstd'])(
    'that differs from what is listed is found in %s',
    async (compression) => {
      const change = changeRootfs((rootfs) => ({
        ...rootfs,
        plain: { ...rootfs.plain, sha256: '0'.repeat(64) },
      }));
      const faults = await faultsOf(await writeTiny(directory.path, { compression, change }));
      expect(faults).toEqual([expect.stringContaining('was changed: its plain tar has')]);
    },
  );

  test.each<Compression>(['gzip', 'zstd'])(
    'that is shorter than listed is found in %s',
    async (compression) => {
      const change = changeRootfs((rootfs) => ({
        ...rootfs,
        plain: { ...rootfs.plain, size: rootfs.plain.size + 1 },
      }));
      const faults = await faultsOf(await writeTiny(directory.path, { compression, change }));
      expect(faults).toEqual([expect.stringContaining('was changed: its plain tar h')]);
    },
  );

  test.each<Compression>(['gzip', 'zstd'])(
    'of a decompression bomb is not unpacked to its end in %s',
    async (compression) => {
      const change = changeRootfs((rootfs) => ({ ...rootfs, plain: { ...rootfs.plain, size: 1000 } }));
      const plain = Buffer.alloc(200 * 1024 * 1024);
      const faults = await faultsOf(await writeTiny(directory.path, { compression, plain, change }));
      expect(faults).toEqual([expect.stringContaining('its plain tar is larger than the 1000 bytes listed')]);
    },
  );

  test.each<Compression>(['gzip', 'zstd'])('that cannot be unpacked is found in %s', async (compression) => {
    const [metainfo, ...rest] = await bundleMembers({ compression });
    const name = rest.at(-1)?.path ?? '';
    const junk = memberOf(name, gzipSync('short').subarray(3));
    if (metainfo === undefined) throw new Error('a bundle begins with its metainfo');
    const faults = await faultsOf(await writeRaw(directory.path, [metainfo, ...rest.slice(0, -1), junk]));
    expect(faults).toContainEqual(
      expect.stringContaining(`${name} was changed: its plain tar cannot be unpacked`),
    );
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['half of itself', compress('gzip', Buffer.alloc(5_000_000, 'text ')).subarray(0, 4000)],
    ['a start and then much else', Buffer.concat([gzipSync('x'), Buffer.alloc(4_000_000, 'text ')])],
  ])('of a gzip file that holds %s does not keep it waiting', async (_, packed) => {
    const members = await bundleMembers();
    const file = await writeRaw(directory.path, [...members.slice(0, -1), memberOf('rootfs.tar.gz', packed)]);
    expect(await faultsOf(file)).toContainEqual(
      expect.stringContaining('rootfs.tar.gz was changed: its plain tar'),
    );
  });

  test('is a fault of its own when zstd is missing', async () => {
    const file = await writeTiny(directory.path, { compression: 'zstd' });
    const report = await verifyBundle({
      file,
      checkSignature: async () => ({ kind: 'gpg-missing' }),
      runner: spawnRunner,
      env: { PATH: directory.path },
      unsigned: 'allowed',
    });
    expect(report.faults.map(describeFault)).toEqual([
      expect.stringMatching(
        /the plain tar of rootfs.tar.zst could not be checked: (sh|zstd) is not installed/,
      ),
    ]);
  });
});
