import { mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { writeBundleFile } from '../../../src/bundle/index.js';
import { EPOCH, memberOf, privateDirectory } from '../../support/bundle-rig.js';

const CONTENT = { members: [memberOf('rootfs.tar', Buffer.from('x'))], sourceDateEpoch: EPOCH };
const BROKEN = { ...CONTENT, members: [{ ...memberOf('rootfs.tar', Buffer.from('x')), size: 2 }] };

let directory: ReturnType<typeof privateDirectory>;
let path: string;

beforeEach(() => {
  directory = privateDirectory();
  path = join(directory.path, 'out', 'tiny.bun');
});
afterEach(() => directory.remove());

describe('a bundle file', () => {
  test('appears with its directory, readable by everybody, and nothing beside it', async () => {
    expect((await writeBundleFile(path, CONTENT)).ok).toBe(true);
    expect((await stat(path)).mode & 0o777).toBe(0o644);
    expect(await readdir(join(directory.path, 'out'))).toEqual(['tiny.bun']);
  });

  test('keeps its old content when writing fails, and nothing is left beside it', async () => {
    await mkdir(join(directory.path, 'out'));
    await writeFile(path, 'old');
    expect(await writeBundleFile(path, BROKEN)).toMatchObject({ ok: false, error: { kind: 'part-damaged' } });
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(join(directory.path, 'out'))).toEqual(['tiny.bun']);
  });

  test('takes the place of a symlink, and what that points to stays', async () => {
    await mkdir(join(directory.path, 'out'));
    const target = join(directory.path, 'target');
    await writeFile(target, 'old');
    await symlink(target, path);
    expect((await writeBundleFile(path, CONTENT)).ok).toBe(true);
    await expect(readlink(path)).rejects.toThrow('EINVAL');
    expect(await readFile(target, 'utf8')).toBe('old');
  });

  test('cannot take the place of a directory', async () => {
    await mkdir(path, { recursive: true });
    const written = await writeBundleFile(path, CONTENT);
    expect(written).toMatchObject({ ok: false, error: { kind: 'output-unwritable', path } });
    expect(await readdir(join(directory.path, 'out'))).toEqual(['tiny.bun']);
  });

  test('below a file is an error that names it', async () => {
    await writeFile(join(directory.path, 'out'), '');
    const written = await writeBundleFile(path, CONTENT);
    expect(written).toMatchObject({ ok: false, error: { kind: 'output-unwritable', path } });
  });

  test('may have a name as long as names can be', async () => {
    const long = join(directory.path, `${'n'.repeat(251)}.bun`);
    expect((await writeBundleFile(long, CONTENT)).ok).toBe(true);
  });
});
