import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { excludeMatcher, excludePaths } from '../../../src/pack/index.js';
import { byteString, findNode, TreeObjects, walkTree } from '../../../src/tree/index.js';
import { file, link, rootfs, treeOf } from '../../support/naive-rootfs.js';

const PATHS = [
  ...[
    'etc/passwd',
    'etc/passwd-',
    'etc/a[b]c',
    'etc/x*y',
    'usr/share/doc/less/README',
    'usr/share/man/man1/l.1',
  ],
  ...[
    'usr/lib/doc/x',
    'var/log/apt/term.log',
    'var/log/.hidden',
    'usr/share/волк',
    'a/b/a/b',
    'b',
    'srv/A1',
    'srv/z-',
  ],
];
const TREE = rootfs(Object.fromEntries(PATHS.map((path) => [path, file(path)])));

/** Every path that stays, in order. */
function left(patterns: readonly string[]): readonly string[] {
  const objects = new TreeObjects();
  const tree = excludePaths(objects, treeOf(objects, TREE), patterns);
  return [...walkTree(objects, tree)].map(({ path }) => path).filter((path) => path !== '');
}

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'mkve-exclude-'));
  for (const path of PATHS) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), '');
  }
});
afterAll(() => rmSync(directory, { recursive: true }));

/** What GNU tar leaves in. */
function leftByTar(patterns: readonly string[]): readonly string[] {
  const options = patterns.map((pattern) => `--exclude=${pattern}`);
  const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8' };
  const argv = ['-C', directory, '--quoting-style=literal', '-cvf', '/dev/null', ...options, '.'];
  const listed = execFileSync('tar', argv, { env, stdio: ['ignore', 'pipe', 'ignore'] });
  return listed
    .toString('latin1')
    .split('\n')
    .map((path) => path.replace(/^\.\//, '').replace(/\/$/, ''))
    .filter((path) => path !== '')
    .sort();
}

describe('leaving paths out', () => {
  it.each([
    ['doc'],
    ['share/doc'],
    ['./etc/passwd'],
    ['etc/pass*'],
    ['*.log'],
    ['usr/*/doc'],
    ['usr*README'],
    ['??'],
    ['a/b'],
    ['./a'],
    ['[ab]'],
    ['[!e-z]*'],
    ['[[:upper:]]?'],
    ['a[[]b]c'],
    ['a\\[b\\]c'],
    ['x\\*y'],
    ['[]x]*'],
    ['z[a-]'],
    ['[z-a]*'],
    ['вол?'],
    ['в*'],
    ['./usr/share/*'],
    ['.*'],
    ['etc'],
    ['a[b'],
    ['trailing\\'],
  ])('matches %s as GNU tar does', (pattern) => {
    expect([...left([pattern])].sort()).toEqual(leftByTar([pattern]));
  });

  it('matches any pattern as GNU tar does', () => {
    const part = fc.constantFrom(
      ...'*?[]!^-ab/.el\\'.split(''),
      'etc',
      'usr',
      './',
      '[a-f]',
      '[!a]',
      '[[:alpha:]]',
    );
    const pattern = fc
      .array(part, { minLength: 1, maxLength: 5 })
      .map((parts) => parts.join(''))
      // Where the two differ on purpose: the root itself stays, a leading slash counts, a trailing one does not.
      .filter((text) => !text.startsWith('/') && !text.endsWith('/') && !excludesRoot(text));
    fc.assert(
      fc.property(pattern, (text) => {
        expect([...left([text])].sort()).toEqual(leftByTar([text]));
      }),
      { numRuns: 60 },
    );
  });

  it('takes a pattern that begins with a slash from the root, and minds no slash at the end', () => {
    expect(left(['/b'])).not.toContain('b');
    expect(left(['/b'])).toContain('a/b/a/b');
    expect(left(['/etc/'])).toEqual(left(['./etc']));
    expect(left(['/var/*']).filter((path) => path.startsWith('var'))).toEqual(['var']);
  });

  it('leaves the root directory and nothing else for *', () => {
    expect(left(['*'])).toEqual([]);
  });

  it('compares names that are no UTF-8 by their bytes', () => {
    const isExcluded = excludeMatcher(['caf?', '[à-ü]x']);
    expect(isExcluded(byteString(Buffer.from('caf\xe9', 'latin1')))).toBe(true);
    expect(isExcluded(byteString('café'))).toBe(true);
    expect(isExcluded(byteString('cafés'))).toBe(false);
  });

  it('leaves the other names of a file whose first name goes', () => {
    const objects = new TreeObjects();
    const names = { 'a/one': file('x'), 'a/two': link('a/one'), 'b/three': link('a/one') };
    const tree = treeOf(objects, rootfs(names));
    const links = (patterns: readonly string[], path: string) => {
      const node = findNode(objects, excludePaths(objects, tree, patterns), byteString(path));
      return node?.type === 'file' ? (node.links ?? 'alone') : node;
    };
    expect(links(['one'], 'b/three')).toEqual(['a/two', 'b/three']);
    expect(links(['a'], 'b/three')).toBe('alone');
    expect(links(['a'], 'a/two')).toBeUndefined();
    expect(links([], 'a/two')).toEqual(['a/one', 'a/two', 'b/three']);
  });
});

/** GNU tar matches the root as `.` and then packs nothing at all. */
function excludesRoot(pattern: string): boolean {
  return leftByTar([pattern]).length === 0;
}
