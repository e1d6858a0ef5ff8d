import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { openStore, type Store } from '../../../src/store/index.js';
import { privateDirectory } from '../../support/template-tree.js';

async function opened(root: string): Promise<Store> {
  const store = await openStore(root);
  if (!store.ok) throw new Error(JSON.stringify(store.error));
  return store.value;
}

/** A directory as openStore finds it. */
function prepared(files: Readonly<Record<string, string>>): string {
  const root = join(privateDirectory(), 'store');
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

describe('openStore', () => {
  it('makes a store that only its owner may look into and that backups skip', async () => {
    const root = prepared({});
    await opened(root);
    expect(statSync(root).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(root, 'CACHEDIR.TAG'), 'utf8')).toMatch(
      /^Signature: 8a477f597d28d172789f06886806bc55\n/,
    );
    expect(readFileSync(join(root, 'version'), 'utf8')).toBe('1\n');
  });

  it('finds again what it holds', async () => {
    const root = prepared({});
    const digest = await (await opened(root)).blobs.put('text');
    expect((await (await opened(root)).blobs.get(digest))?.toString()).toBe('text');
  });

  it('finishes a store that a process began and left', async () => {
    const root = prepared({ 'blobs/x': '', 'CACHEDIR.TAG': '', '.0123456789ab.tmp': '' });
    await opened(root);
    expect(existsSync(join(root, 'version'))).toBe(true);
  });

  it('may be asked for by many processes at once, and loses nothing of what the first has done', async () => {
    const root = prepared({});
    const stores = await Promise.all(Array.from({ length: 4 }, () => opened(root)));
    const digests = await Promise.all(stores.map((store, index) => store.blobs.put(String(index))));
    await opened(root);
    for (const digest of digests) expect(await stores[0]?.blobs.get(digest)).toBeDefined();
  });

  it('deletes nothing of a store that lacks its version only', async () => {
    const root = prepared({ 'actions/ab/x.json': 'entry of a faster process' });
    await opened(root);
    expect(readdirSync(join(root, 'actions/ab'))).toEqual(['x.json']);
  });

  it('starts an older store afresh and keeps its blobs', async () => {
    const root = prepared({ version: '0\n', 'actions/ab/old.json': '', 'blobs/sha256/ab/blob': '' });
    await opened(root);
    expect(readdirSync(join(root, 'actions/ab'))).toEqual([]);
    expect(readdirSync(join(root, 'blobs/sha256/ab'))).toEqual(['blob']);
    expect(readFileSync(join(root, 'version'), 'utf8')).toBe('1\n');
  });

  it('refuses a newer one and says what to do', async () => {
    expect(await openStore(prepared({ version: '2\n' }))).toMatchObject({
      ok: false,
      error: {
        detail: 'its layout has version 2, this mkve reads version 1',
        hint: expect.stringContaining('MKVE_CACHE_DIR'),
      },
    });
  });

  it.each([
    ['somebody else’s', { 'letter.txt': 'dear' }],
    [
      'a project with a version of its own',
      { version: '0.02\n', 'actions/deploy.sh': '', 'package.json': '{}' },
    ],
  ])('does not touch a directory that is %s', async (_, files) => {
    const root = prepared(files);
    expect(await openStore(root)).toMatchObject({ ok: false, error: { path: root } });
    for (const path of Object.keys(files)) expect(existsSync(join(root, path))).toBe(true);
    expect(existsSync(join(root, 'CACHEDIR.TAG'))).toBe(false);
  });

  it('says so when the place cannot be a directory', async () => {
    const root = join(prepared({ file: '' }), 'file');
    expect(await openStore(root)).toMatchObject({ ok: false, error: { path: root } });
  });

  it('refuses a place that apt could not be told of', async () => {
    const root = join(prepared({}), 'line\nbreak');
    expect(await openStore(root)).toMatchObject({
      ok: false,
      error: { detail: 'its path has a line break' },
    });
    expect(existsSync(root)).toBe(false);
  });
});
