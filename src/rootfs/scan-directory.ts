import { spawn } from 'node:child_process';

import { LayerTooLarge } from './layer-limit.js';
import type { ScannedEntry } from './scanned-entry.js';
import { TarScanner } from './tar-scanner.js';

export interface Scan {
  readonly entries: readonly ScannedEntry[];
  /** What tar wrote beside the archive; bytes as characters. */
  readonly said: string;
  /** Of tar: 1 says that something changed meanwhile, 2 that something could not be read. */
  readonly status: number;
}

interface ScanOptions {
  /** What comes before `tar`: a command that runs another one. */
  readonly through?: readonly [string, ...string[]];
  /** For tar, beside those that every scan has. */
  readonly options?: readonly string[];
  /** Absent: the environment of this process. */
  readonly env: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal;
  /** Files with more bytes than these are not read: `LayerTooLarge`. Also where they lie on no disk, as holes. */
  readonly mostBytes?: number;
}

/** Reads a whole directory by one GNU tar process, since Node reads no extended attributes. */
export function scanDirectory(directory: string, scan: ScanOptions): Promise<Scan> {
  const entries: ScannedEntry[] = [];
  const { mostBytes = Number.POSITIVE_INFINITY } = scan;
  let bytes = 0;
  const scanner = new TarScanner(
    (entry) => entries.push(entry),
    (size) => {
      bytes += size;
    },
  );
  // No atime and ctime: they would cost a kilobyte a file.
  const pax = '--pax-option=delete=atime,delete=ctime';
  const [program, ...args] = [
    ...(scan.through ?? []),
    ...['tar', '--directory', directory, '--create', '--format=pax', pax, '--numeric-owner'],
    ...['--xattrs', '--xattrs-include=*', ...(scan.options ?? []), '--file=-', '.'],
  ];
  const tar = spawn(program ?? 'tar', args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(scan.env === undefined ? {} : { env: scan.env }),
    ...(scan.signal === undefined ? {} : { signal: scan.signal }),
  });
  const said: Buffer[] = [];
  tar.stdout.on('data', (chunk: Buffer) => {
    if (bytes <= mostBytes) scanner.write(chunk);
    if (bytes > mostBytes) tar.kill('SIGKILL');
  });
  tar.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  return new Promise((resolve, reject) => {
    tar.on('error', reject);
    tar.on('close', (status) => {
      if (bytes > mostBytes) reject(new LayerTooLarge(`${directory} holds more than ${mostBytes} bytes`));
      resolve({ entries, said: Buffer.concat(said).toString('latin1'), status: status ?? -1 });
    });
  });
}
