import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { digestOf } from '../../../src/base/index.js';
import type { ScannedEntry } from '../../../src/rootfs/scanned-entry.js';
import { TarScanner } from '../../../src/rootfs/tar-scanner.js';
import { byteString } from '../../../src/tree/index.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mkve-scan-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** What GNU tar shows, fed in pieces of the given size. */
function scan(pieces: number): ReadonlyMap<string, ScannedEntry> {
  const argv = [
    '-C',
    directory,
    '-c',
    '--format=pax',
    '--pax-option=delete=atime,delete=ctime',
    '--numeric-owner',
    '.',
  ];
  const archive = execFileSync('tar', argv, { maxBuffer: 1 << 26 });
  const entries = new Map<string, ScannedEntry>();
  const scanner = new TarScanner((entry) => entries.set(entry.path, entry));
  for (let at = 0; at < archive.length; at += pieces) scanner.write(archive.subarray(at, at + pieces));
  return entries;
}

describe('the scanner of archives that GNU tar writes', () => {
  it.each([1, 511, 512, 513, 1 << 20])('reads every kind of entry, %i bytes at a time', (pieces) => {
    const name = `${'long'.repeat(40)}/${'deep'.repeat(40)}`;
    mkdirSync(join(directory, name), { recursive: true });
    writeFileSync(join(directory, name, 'волки'), 'content');
    writeFileSync(Buffer.concat([Buffer.from(`${directory}/`), Buffer.from([0xe9, 0x0a])]), '');
    chmodSync(join(directory, name, 'волки'), 0o4750);
    utimesSync(join(directory, name, 'волки'), 5, 1_000_000.25);
    linkSync(join(directory, name, 'волки'), join(directory, 'z-link'));
    symlinkSync('x'.repeat(300), join(directory, 'symlink'));
    execFileSync('mkfifo', [join(directory, 'fifo')]);
    const entries = scan(pieces);
    expect(entries.get('')?.type).toBe('dir');
    // Which of two names comes first is the file system's choice.
    const names = [byteString(`${name}/волки`), byteString('z-link')];
    const pair = names.map((path) => entries.get(path));
    const first = pair.find((entry) => entry?.type === 'file');
    const second = pair.find((entry) => entry?.type === 'link');
    expect(first).toMatchObject({ mode: 0o4750, mtime: '1000000.25', size: 7, digest: digestOf('content') });
    expect(second).toMatchObject({ target: first?.path });
    expect(entries.get('symlink')).toMatchObject({ type: 'symlink', target: 'x'.repeat(300) });
    expect(entries.get('fifo')?.type).toBe('fifo');
    expect(entries.get('\u00e9\n')).toMatchObject({ type: 'file', size: 0, digest: digestOf('') });
    expect(entries.size).toBe(8);
  });
});
