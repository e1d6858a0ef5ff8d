import { open, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { digestOf } from '../../../src/base/index.js';
import { type Compression, type Metainfo, verifyBundle } from '../../../src/bundle/index.js';
import {
  bundleMembers,
  bytesOf,
  faultsOf,
  type Ingredients,
  memberOf,
  privateDirectory,
  TOOLS_ENV,
  verifyTiny,
  writeRaw,
  writeTiny,
} from '../../support/bundle-rig.js';
import { spawnRunner } from '../../support/spawn-runner.js';

const SIGNED: Ingredients = { sign: async () => Buffer.from('a signature') };

let directory: ReturnType<typeof privateDirectory>;

beforeEach(() => {
  directory = privateDirectory();
});
afterEach(() => directory.remove());

function verifyByDigest(file: string) {
  const good = { kind: 'good', keyId: 'K', fingerprint: 'F', user: 'U' } as const;
  return verifyBundle({
    file,
    checkSignature: async (signed, signature) =>
      Buffer.from(signature).toString() === digestOf(signed) ? good : { kind: 'bad', keyId: 'K', user: 'U' },
    runner: spawnRunner,
    env: TOOLS_ENV,
    unsigned: 'refused',
  });
}

describe('a bundle as mkve wrote it', () => {
  test.each<Compression>(['gzip', 'zstd', 'none'])('verifies with compression %s', async (compression) => {
    const report = await verifyTiny(await writeTiny(directory.path, { ...SIGNED, compression }), {
      unsigned: 'refused',
    });
    expect(report.faults).toEqual([]);
    expect(report.signature.kind).toBe('good');
    expect(report.metainfo?.name).toBe('tiny');
  });

  test('verifies without any conf file and with an empty rootfs', async () => {
    const file = await writeTiny(directory.path, { conf: {}, plain: Buffer.alloc(0) });
    expect(await faultsOf(file)).toEqual([]);
  });
});

describe('tampering', () => {
  // The digest of what is signed stands for a signature, so that changes of metainfo.json are found as well.
  test('with a single byte anywhere is found', async () => {
    const sign = async (metainfo: Buffer) => Buffer.from(digestOf(metainfo));
    const file = await writeTiny(directory.path, { plain: Buffer.from('plain'), sign });
    const bytes = await readFile(file);
    const handle = await open(file, 'r+');
    // Seven does not divide a block, so that every field of some header is met.
    for (let at = 0; at < bytes.length; at += 7) {
      const byte = bytes[at] ?? 0;
      await handle.write(Buffer.of(byte ^ 1), 0, 1, at);
      expect((await verifyByDigest(file)).faults, `byte ${at}`).not.toEqual([]);
      await handle.write(Buffer.of(byte), 0, 1, at);
    }
    await handle.close();
    expect((await verifyByDigest(file)).faults).toEqual([]);
  });

  test.each(['conf/config', 'packages.json', 'rootfs.tar.gz'])(
    'with the content of %s names it',
    async (path) => {
      const members = await bundleMembers();
      const changed = members.map((member) => {
        if (member.path !== path) return member;
        const bytes = Buffer.from(bytesOf(member));
        bytes[bytes.length - 9] = (bytes.at(-9) ?? 0) ^ 0x20;
        return memberOf(path, bytes);
      });
      expect(await faultsOf(await writeRaw(directory.path, changed))).toContainEqual(
        expect.stringMatching(
          new RegExp(`^${path} was changed: its sha256 is [0-9a-f]{64}, not [0-9a-f]{64}$`),
        ),
      );
    },
  );

  test.each(['conf/config', 'packages.json', 'rootfs.tar.gz'])('by removing %s names it', async (path) => {
    const members = await bundleMembers();
    const file = await writeRaw(
      directory.path,
      members.filter((member) => member.path !== path),
    );
    expect(await faultsOf(file)).toEqual([`${path} is missing`]);
  });

  test('by removing metainfo.json', async () => {
    const [, ...rest] = await bundleMembers();
    expect(await faultsOf(await writeRaw(directory.path, rest))).toEqual(['metainfo.json is missing']);
  });

  test('by adding members names each', async () => {
    const members = await bundleMembers();
    const extra = [memberOf('conf/extra', Buffer.from('x')), memberOf('evil', Buffer.from('x'))];
    expect(
      await faultsOf(await writeRaw(directory.path, [...members.slice(0, 2), ...extra, ...members.slice(2)])),
    ).toEqual([
      'the member "evil" is not a member that format 1 knows',
      'conf/extra is not listed in metainfo.json',
    ]);
  });

  test('by another order', async () => {
    const [metainfo, conf, packages, rootfs] = await bundleMembers();
    if (!metainfo || !conf || !packages || !rootfs) throw new Error('a tiny bundle has four members');
    expect(await faultsOf(await writeRaw(directory.path, [metainfo, packages, conf, rootfs]))).toEqual([
      'the member conf/config must not stand after packages.json',
    ]);
  });

  test('by a member twice', async () => {
    const members = await bundleMembers();
    const again = memberOf('conf/config', Buffer.from('other'));
    expect(
      await faultsOf(await writeRaw(directory.path, [...members.slice(0, 2), again, ...members.slice(2)])),
    ).toEqual(['the member "conf/config" occurs twice']);
  });

  test('by making a conf file executable', async () => {
    const members = await bundleMembers();
    const changed = members.map((member) =>
      member.path === 'conf/config' ? { ...member, mode: 0o755 } : member,
    );
    expect(await faultsOf(await writeRaw(directory.path, changed))).toEqual([
      'conf/config was changed: its mode is 0755, not 0644',
    ]);
  });

  test('by cutting the file anywhere', async () => {
    const file = await writeTiny(directory.path);
    for (let size = (await readFile(file)).length - 1; size >= 0; size -= 97) {
      await truncate(file, size);
      expect(await faultsOf(file), `${size} bytes`).toEqual([
        expect.stringContaining('the archive is damaged'),
      ]);
    }
  });

  test('by appending to the file', async () => {
    const file = await writeTiny(directory.path);
    await writeFile(file, Buffer.alloc(512), { flag: 'a' });
    expect(await faultsOf(file)).toEqual(['the archive is damaged: 512 bytes follow the end of the archive']);
  });

  test('in several places is reported in full', async () => {
    const [metainfo, conf, packages] = await bundleMembers();
    if (!metainfo || !conf || !packages) throw new Error('a tiny bundle has four members');
    const file = await writeRaw(directory.path, [
      metainfo,
      memberOf('conf/config', Buffer.from('y')),
      memberOf('conf/new', Buffer.alloc(0)),
      packages,
    ]);
    const report = await verifyTiny(file, { unsigned: 'refused' });
    expect(report.faults.map((fault) => fault.kind)).toEqual([
      'member-missing',
      'member-unlisted',
      'member-changed',
      'member-changed',
      'signature-missing',
    ]);
  });
});

describe('the metadata', () => {
  test('of a newer format is refused', async () => {
    const [, ...rest] = await bundleMembers();
    const file = await writeRaw(directory.path, [
      memberOf('metainfo.json', Buffer.from('{"format":2}\n')),
      ...rest,
    ]);
    expect(await faultsOf(file)).toEqual([
      'metainfo.json is not valid: format 2 is newer than this mkve reads (1): use a newer mkve',
    ]);
  });

  test('with a wrong number of packages is refused', async () => {
    const change = (metainfo: Metainfo) => ({ ...metainfo, packages: { ...metainfo.packages, count: 2 } });
    expect(await faultsOf(await writeTiny(directory.path, { change }))).toEqual([
      'packages.json is not valid: it lists 1 packages, metainfo.json says 2',
    ]);
  });

  test('too large to be honest is not looked into', async () => {
    const members = await bundleMembers();
    const large = memberOf('metainfo.json.asc', Buffer.alloc(2 * 1024 * 1024));
    const faults = await faultsOf(
      await writeRaw(directory.path, [...members.slice(0, 1), large, ...members.slice(1)]),
    );
    expect(faults).toEqual(['metainfo.json.asc is larger than 1048576 bytes']);
  });
});

test('a file that cannot be read is reported, not thrown', async () => {
  expect(await faultsOf(join(directory.path, 'none.bun'))).toEqual([
    expect.stringContaining('cannot be read'),
  ]);
  expect(await faultsOf(directory.path)).toEqual(['the bundle cannot be read: it is not a regular file']);
});
