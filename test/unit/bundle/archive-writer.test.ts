import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, open, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { digestOf } from '../../../src/base/index.js';
import {
  type ArchiveContent,
  compareMemberPaths,
  type MemberSource,
  writeArchive,
} from '../../../src/bundle/index.js';
import { encodeMemberHeader } from '../../../src/bundle/member-header.js';
import {
  bundleMembers,
  bytesOf,
  EPOCH,
  memberOf,
  privateDirectory,
  TOOLS_ENV,
} from '../../support/bundle-rig.js';

// GNU tar is everywhere; bsdtar is not part of what the tests may ask of a machine.
const TARS = ['tar', 'bsdtar'].filter((program) => spawnSync(program, ['--version']).status === 0);

let directory: ReturnType<typeof privateDirectory>;
let archive: string;

beforeEach(() => {
  directory = privateDirectory();
  archive = join(directory.path, 'a.bun');
});
afterEach(() => directory.remove());

async function write(content: ArchiveContent) {
  const file = await open(archive, 'w');
  try {
    return await writeArchive({ file, path: archive }, content);
  } finally {
    await file.close();
  }
}

function writeMembers(...members: readonly MemberSource[]) {
  return write({ members, sourceDateEpoch: EPOCH });
}

function runTool(program: string, ...args: readonly string[]): string {
  return execFileSync(program, args, { env: { ...TOOLS_ENV, TZ: 'UTC' } }).toString();
}

describe('a written archive', () => {
  test('has exactly these bytes', async () => {
    const written = await writeMembers(memberOf('conf/run', Buffer.from('hello'), 0o755));
    const bytes = await readFile(archive);
    const field = (at: number, length: number) => bytes.toString('latin1', at, at + length);
    expect(field(0, 100)).toBe('conf/run'.padEnd(100, '\0'));
    expect([field(100, 8), field(108, 8), field(116, 8)]).toEqual(['000755 \0', '000000 \0', '000000 \0']);
    expect(field(124, 12)).toBe('0000000005 \0');
    expect(field(136, 12)).toBe(`${EPOCH.toString(8)}\0`.padStart(12, '0'));
    expect(field(156, 1)).toBe('0');
    expect(field(257, 8)).toBe('ustar\x0000');
    expect(field(265, 64)).toBe('\0'.repeat(64));
    expect(field(512, 512)).toBe('hello'.padEnd(512, '\0'));
    expect(bytes.subarray(1024)).toEqual(Buffer.alloc(1024));
    expect(written).toEqual({ ok: true, value: { size: 2048, digest: digestOf(bytes) } });
  });

  // A change here is a change of format 1: every bundle ever published would be rebuilt differently.
  test('of a tiny bundle has the digest it always had', async () => {
    const members = await bundleMembers({ compression: 'none' });
    const written = await write({ members, sourceDateEpoch: EPOCH });
    expect(written.ok && written.value).toEqual({
      size: 15_360,
      digest: 'sha256:3bea3446d4817477fd1aa1619716e3922d21ddc9a78ae905dc88bbe42ad4856f',
    });
  });

  test('does not depend on the order in which members were given', async () => {
    const members = await bundleMembers();
    const first = await write({ members, sourceDateEpoch: EPOCH });
    const second = await write({ members: members.toReversed(), sourceDateEpoch: EPOCH });
    expect(second).toEqual(first);
  });

  test.each(TARS)('is read by %s, long and Cyrillic names included', async (program) => {
    const members = await bundleMembers({
      conf: {
        config: { bytes: Buffer.from('A="1"\n') },
        'волки рыщут': { bytes: Buffer.from('пищу ищут!\n') },
        [`${'очень-длинное-имя/'.repeat(12)}${'x'.repeat(120)}`]: {
          bytes: Buffer.alloc(1000, 'y'),
          mode: 0o755,
        },
        [`${'d/'.repeat(60)}${'z'.repeat(90)}`]: { bytes: Buffer.alloc(0) },
      },
    });
    expect((await write({ members, sourceDateEpoch: EPOCH })).ok).toBe(true);
    const paths = members.map((member) => member.path).sort(compareMemberPaths);
    expect(runTool(program, '--list', '--file', archive).trimEnd().split('\n')).toEqual(paths);

    const target = join(directory.path, 'out');
    await mkdir(target);
    runTool(program, '--extract', '--file', archive, '--directory', target);
    for (const member of members) {
      expect(await readFile(join(target, member.path))).toEqual(bytesOf(member));
      const { mode, mtimeMs } = await stat(join(target, member.path));
      expect([mode & 0o777, mtimeMs]).toEqual([member.mode, EPOCH * 1000]);
    }
  });

  test.each(TARS)('may hold a rootfs beyond 8 GiB, as %s lists it', async (program) => {
    const size = 9 * 1024 ** 3;
    const header = encodeMemberHeader({ path: 'rootfs.tar', mode: 0o644, size, mtime: EPOCH });
    await writeFile(archive, header);
    // A hole stands for the content and the end of the archive.
    await truncate(archive, header.length + size + 1024);
    const listed = runTool(program, '--list', '--verbose', '--numeric-owner', '--file', archive).trim();
    expect(listed.split(/\s+/)).toEqual(expect.arrayContaining(['-rw-r--r--', `${size}`, 'rootfs.tar']));
  });

  test('joins the parts of a member, bytes and files alike', async () => {
    const segment = join(directory.path, 'segment');
    const content = Buffer.alloc(3 * 1024 * 1024 + 7, 'segment ');
    await writeFile(segment, content);
    const parts = [
      { kind: 'file', path: segment, size: content.length, digest: digestOf(content) },
      { kind: 'bytes', bytes: Buffer.from('between') },
      { kind: 'file', path: segment, size: content.length, digest: digestOf(content) },
    ] as const;
    const size = 2 * content.length + 7;
    const written = await writeMembers({ path: 'rootfs.tar', mode: 0o644, size, parts });
    const bytes = await readFile(archive);
    expect(written).toEqual({ ok: true, value: { size: bytes.length, digest: digestOf(bytes) } });
    expect(
      bytes.subarray(512, 512 + size).equals(Buffer.concat([content, Buffer.from('between'), content])),
    ).toBe(true);
  });

  test.each([
    ['shorter', 99, 'it holds 100 bytes, not 99'],
    ['longer', 101, 'it holds 100 bytes, not 101'],
  ])('fails when a part file is not as long as told: told %s', async (_, size, detail) => {
    const path = join(directory.path, 'segment');
    await writeFile(path, Buffer.alloc(100));
    const written = await writeMembers({
      path: 'rootfs.tar',
      mode: 0o644,
      size,
      parts: [{ kind: 'file', path, size, digest: digestOf(Buffer.alloc(100)) }],
    });
    expect(written).toEqual({ ok: false, error: { kind: 'part-damaged', path, detail } });
  });

  test('fails when the content of a part file is not what its digest says', async () => {
    const path = join(directory.path, 'segment');
    await writeFile(path, 'altered');
    const written = await writeMembers({
      path: 'rootfs.tar',
      mode: 0o644,
      size: 7,
      parts: [{ kind: 'file', path, size: 7, digest: digestOf('genuine') }],
    });
    const error = { kind: 'part-damaged', path, detail: 'its content was altered' };
    expect(written).toEqual({ ok: false, error });
  });

  test('fails when a part file is gone', async () => {
    const path = join(directory.path, 'gone');
    const written = await writeMembers({
      path: 'rootfs.tar',
      mode: 0o644,
      size: 1,
      parts: [{ kind: 'file', path, size: 1, digest: digestOf('x') }],
    });
    expect(written).toMatchObject({ ok: false, error: { kind: 'part-damaged', path } });
  });

  test('fails when the parts are not as long as the member', async () => {
    const written = await writeMembers({ ...memberOf('rootfs.tar', Buffer.from('abc')), size: 4 });
    const detail = 'its parts hold 3 bytes, not the 4 of its header';
    expect(written).toEqual({ ok: false, error: { kind: 'part-damaged', path: 'rootfs.tar', detail } });
  });

  test('fails when the disk is full', async () => {
    const file = await open('/dev/full', 'w');
    const written = await writeArchive(
      { file, path: '/dev/full' },
      { members: [memberOf('rootfs.tar', Buffer.alloc(5 * 1024 * 1024))], sourceDateEpoch: EPOCH },
    );
    await file.close();
    expect(written).toMatchObject({ ok: false, error: { kind: 'output-unwritable', path: '/dev/full' } });
  });

  test('never gets a member that a reader would refuse', async () => {
    await expect(writeMembers(memberOf('../x', Buffer.alloc(0)))).rejects.toThrow('BUG');
    await expect(writeMembers(memberOf('rootfs.tar', Buffer.alloc(0), 0o4755))).rejects.toThrow('BUG');
  });
});
