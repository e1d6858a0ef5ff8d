import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { enterNamespace, viewOf } from '../../../src/workers/index.js';

const ROOT = { uid: 0, gid: 0, name: 'root' };
const USER = { uid: 1000, gid: 1000, name: 'jane' };

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mkve-view-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('what workers see', () => {
  it('is for root under a place of its own, with the directory of a file', () => {
    const program = join(directory, 'node');
    writeFileSync(program, '');
    const { top, shown, seen } = viewOf(ROOT, { node: program, store: directory });
    expect(shown).toEqual([
      { source: directory, target: `${top}/node` },
      { source: directory, target: `${top}/store` },
    ]);
    expect(seen).toEqual({ node: `${top}/node/node`, store: `${top}/store` });
  });

  it('is never hidden by that place', () => {
    expect(viewOf(ROOT, { store: '/mnt/store' }).top).not.toBe('/mnt');
    expect(viewOf(ROOT, { store: '/mnt' }).top).not.toBe('/mnt');
  });

  it('is for others what they see themselves', () => {
    expect(viewOf(USER, { store: '/mnt/store' })).toEqual({ shown: [], seen: { store: '/mnt/store' } });
  });
});

describe('the binds of root’s workers', () => {
  it.each([
    ['/plain', '/plain'],
    ['/a b', '/a\\040b'],
    ['/a\tb\nc', '/a\\011b\\012c'],
    ['/a\\040b', '/a\\134040b'],
    ['/a\u00a0b', '/a\\302\\240b'],
    ['/#hash', '/#hash'],
  ])('write %j as fstab(5) wants it', (source, written) => {
    const entry = enterNamespace(ROOT, { top: '/mnt', shown: [{ source, target: '/mnt/store' }] }, ['true']);
    expect(entry.ok && entry.value.argv).toContain(`${written} /mnt/store none bind,X-mount.mkdir 0 0\n`);
  });
});
