import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { archiveOf } from '../support/archive-of.js';
import { expectedScan, extract, hasProgram, isRoot, type Seen, scanned } from '../support/tar-tools.js';
import { anyRootfs } from '../support/tree-arbitraries.js';

/** Each run makes a directory and starts two programs, so there are few runs. */
const RUNS = { seed: 20261123, numRuns: 12 };

function inDirectory(use: (directory: string) => void): void {
  const directory = mkdtempSync(join(tmpdir(), 'mkve-archive-'));
  try {
    use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

describe.skipIf(!isRoot)('an archive of a random root file system', () => {
  test('is extracted by GNU tar to the file system that was packed', () => {
    fc.assert(
      fc.property(anyRootfs, (root) =>
        inDirectory((directory) => {
          expect(scanned(extract('gnu', archiveOf(root), directory))).toEqual(expectedScan(root));
        }),
      ),
      RUNS,
    );
  });

  test.skipIf(!hasProgram('bsdtar'))('is extracted by bsdtar to the file system that was packed', () => {
    fc.assert(
      fc.property(anyRootfs, (root) =>
        inDirectory((directory) => {
          expect(readableByBsd(scanned(extract('bsd', archiveOf(root), directory)))).toEqual(
            readableByBsd(expectedScan(root)),
          );
        }),
      ),
      RUNS,
    );
  });
});

/**
 * Where bsdtar differs, from archives of GNU tar too: it leaves the time of the directory it extracts into, and `=`
 * and `%` in names of attributes as GNU tar escapes them.
 */
function readableByBsd(seen: readonly Seen[]) {
  const escaped = { 'user.b=c%d': undefined, 'user.b%3Dc%25d': undefined };
  return seen.map((one) => ({
    ...one,
    mtime: one.path === '' ? undefined : one.mtime,
    xattrs: { ...one.xattrs, ...escaped },
  }));
}
