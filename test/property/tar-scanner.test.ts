import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { TarScanner } from '../../src/rootfs/index.js';

let archive: Buffer;
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'mkve-scan-'));
  writeFileSync(join(directory, 'x'.repeat(150)), 'content');
  writeFileSync(join(directory, 'волки'), '');
  archive = execFileSync('tar', ['-C', directory, '-c', '--format=pax', '.']);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('the scanner of archives', () => {
  test('ends with an error or without, whatever the archive of somebody else holds', () => {
    const place = fc.nat({ max: 6 * 512 });
    fc.assert(
      fc.property(fc.array(fc.tuple(place, fc.nat({ max: 255 })), { maxLength: 8 }), (changes) => {
        const broken = Buffer.from(archive);
        for (const [at, byte] of changes) broken[at] = byte;
        const scanner = new TarScanner(() => undefined);
        try {
          scanner.write(broken);
        } catch (thrown) {
          expect(String(thrown)).not.toMatch(/BUG|RangeError|TypeError/);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
