import { execFileSync } from 'node:child_process';
import { mkdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { type ArchiveFault, openBundle, readArchive } from '../../../src/bundle/index.js';
import { END_OF_ARCHIVE, encodeMemberHeader, paddingAfter } from '../../../src/bundle/member-header.js';
import { EPOCH, privateDirectory, TOOLS_ENV, writeTiny } from '../../support/bundle-rig.js';

let directory: ReturnType<typeof privateDirectory>;

beforeEach(() => {
  directory = privateDirectory();
});
afterEach(() => directory.remove());

async function read(bytes: Buffer): Promise<{ paths: readonly string[]; faults: readonly ArchiveFault[] }> {
  const path = join(directory.path, 'given.bun');
  await writeFile(path, bytes);
  return readFrom(path);
}

async function readFrom(
  path: string,
): Promise<{ paths: readonly string[]; faults: readonly ArchiveFault[] }> {
  const input = await openBundle(path);
  if (!input.ok) throw new Error(input.error);
  const paths: string[] = [];
  try {
    const faults = await readArchive(input.value, async (member) => {
      paths.push(member.path);
      return 'continue';
    });
    return { paths, faults };
  } finally {
    await input.value.file.close();
  }
}

function entry(path: string, content = 'x'): Buffer {
  const size = Buffer.byteLength(content);
  const header = encodeMemberHeader({ path, mode: 0o644, size, mtime: EPOCH });
  return Buffer.concat([header, Buffer.from(content), paddingAfter(size)]);
}

function archiveOf(...entries: readonly Buffer[]): Buffer {
  return Buffer.concat([...entries, END_OF_ARCHIVE]);
}

describe('reading an archive', () => {
  test('gives every member in order and finds no fault in a good one', async () => {
    const { paths, faults } = await readFrom(await writeTiny(directory.path));
    expect(faults).toEqual([]);
    expect(paths).toEqual(['metainfo.json', 'conf/config', 'packages.json', 'rootfs.tar.gz']);
  });

  test('gives the content, its place and its mode', async () => {
    const path = join(directory.path, 'given.bun');
    await writeFile(path, archiveOf(entry('conf/a', 'hello')));
    const input = await openBundle(path);
    if (!input.ok) throw new Error(input.error);
    await readArchive(input.value, async ({ content, offset, mode, size }) => {
      expect([offset, mode, size]).toEqual([512, 0o644, 5]);
      expect((await content.read())?.toString()).toBe('hello');
      expect(await content.read()).toBeUndefined();
      return 'continue';
    });
    await input.value.file.close();
  });

  test('refuses paths that lead elsewhere, and goes on', async () => {
    const bytes = archiveOf(entry('../evil'), entry('/etc/passwd'), entry('README'), entry('conf/a'));
    const { paths, faults } = await read(bytes);
    expect(paths).toEqual(['conf/a']);
    expect(faults).toEqual([
      { kind: 'member-refused', path: '../evil', detail: "holds '..'" },
      { kind: 'member-refused', path: '/etc/passwd', detail: 'is absolute' },
      { kind: 'member-refused', path: 'README', detail: 'is not a member that format 1 knows' },
    ]);
  });

  test('refuses a second member of one name, and a wrong order', async () => {
    const { paths, faults } = await read(archiveOf(entry('conf/b'), entry('conf/a'), entry('conf/b')));
    expect(paths).toEqual(['conf/b', 'conf/a']);
    expect(faults).toEqual([
      { kind: 'member-misplaced', path: 'conf/a', after: 'conf/b' },
      { kind: 'member-refused', path: 'conf/b', detail: 'occurs twice' },
    ]);
  });

  test('refuses everything but regular files', async () => {
    const tree = join(directory.path, 'tree');
    await mkdir(join(tree, 'conf', 'directory'), { recursive: true });
    await symlink('/etc/passwd', join(tree, 'conf', 'link'));
    execFileSync('mkfifo', [join(tree, 'conf', 'pipe')]);
    const path = join(directory.path, 'gnu.bun');
    const names = ['conf/directory', 'conf/link', 'conf/pipe'];
    execFileSync('tar', ['-C', tree, '-b', '1', '-cf', path, ...names], { env: TOOLS_ENV });
    const { paths, faults } = await readFrom(path);
    expect(paths).toEqual([]);
    expect(faults.map((fault) => fault.kind)).toEqual(names.map(() => 'member-refused'));
    expect(faults[1]).toMatchObject({ path: 'conf/link', detail: expect.stringContaining('SymbolicLink') });
  });

  test.each([
    ['an empty file', () => Buffer.alloc(0), 'it is too short for a tar archive'],
    ['a few bytes', () => Buffer.from('hello'), 'it is too short for a tar archive'],
    ['no tar', () => Buffer.alloc(4096, 'hello '), 'at byte 0: TAR_ENTRY_INVALID: checksum failure'],
    ['a compressed one', () => gzipSync(archiveOf(entry('conf/a'))), 'it is too short for a tar archive'],
    [
      'a large compressed one',
      () => Buffer.concat([gzipSync(archiveOf(entry('conf/a'))), Buffer.alloc(4096)]),
      'at byte 0: it is compressed, which a bundle never is',
    ],
    ['no end', () => entry('conf/a'), 'the end of the archive is missing'],
    [
      'half an end',
      () => Buffer.concat([entry('conf/a'), Buffer.alloc(512)]),
      'the end of the archive is missing',
    ],
    ['a cut member', () => entry('conf/a', 'long enough').subarray(0, 515), 'the file ends within "conf/a"'],
    ['a cut padding', () => entry('conf/a').subarray(0, 1000), 'the file ends within "conf/a"'],
    ['a cut header', () => archiveOf(entry('conf/a')).subarray(0, 1100), 'the file ends within a header'],
    [
      'an appended byte',
      () => Buffer.concat([archiveOf(entry('conf/a')), Buffer.from('x')]),
      '1 bytes follow the end of the archive',
    ],
    [
      'a member after a zero block',
      () => archiveOf(entry('conf/a'), Buffer.alloc(512), entry('conf/b')),
      'at byte 1536: a member stands after a zero block',
    ],
  ])('finds %s', async (_, bytes, detail) => {
    const { faults } = await read(bytes());
    expect(faults).toEqual([{ kind: 'archive-malformed', detail }]);
  });

  test('stops without the content when the visitor says so', async () => {
    const path = join(directory.path, 'given.bun');
    const bytes = archiveOf(entry('conf/a'));
    await writeFile(path, bytes);
    await truncate(path, 513);
    const input = await openBundle(path);
    if (!input.ok) throw new Error(input.error);
    expect(await readArchive(input.value, async () => 'stop')).toEqual([]);
    await input.value.file.close();
  });

  test('gives up on an archive of nothing but faults', async () => {
    const { faults } = await read(
      archiveOf(...Array.from({ length: 300 }, (_, index) => entry(`evil-${index}`, ''))),
    );
    expect(faults).toHaveLength(101);
    expect(faults.at(-1)).toMatchObject({ kind: 'archive-malformed' });
  });

  test('opens regular files only, so that it never waits for one', async () => {
    const pipe = join(directory.path, 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(await openBundle(pipe)).toEqual({ ok: false, error: 'it is not a regular file' });
    expect((await openBundle(join(directory.path, 'none'))).ok).toBe(false);
  });
});
