import { createHash } from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Copies files of this machine's own /usr, /etc and /var/lib/dpkg until there are as many bytes: what a root file system
 * holds, with nothing to download. The same machine gives the same tree.
 */
export function copyOfHost(directory: string, bytes: number): void {
  const room = { left: bytes };
  for (const top of ['etc', 'var/lib/dpkg', 'usr']) copyInto(`/${top}`, join(directory, top), room);
}

function copyInto(from: string, to: string, room: { left: number }): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from).sort()) {
    if (room.left <= 0) return;
    const source = join(from, name);
    const stat = lstatSync(source);
    if (stat.isDirectory()) copyInto(source, join(to, name), room);
    else if (stat.isSymbolicLink()) symlinkSync(readlinkSync(source), join(to, name));
    else if (stat.isFile() && stat.size < 64 * 1024 * 1024) {
      copyFileSync(source, join(to, name));
      utimesSync(join(to, name), 1_700_000_000, 1_700_000_000);
      room.left -= stat.size;
    }
  }
}

/** Files of hundreds of megabytes, half of it text that repeats and half of it noise. */
export function addBigFiles(directory: string, sizes: readonly number[]): void {
  for (const [index, size] of sizes.entries()) {
    const path = join(directory, `srv/big-${index}`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
    for (let written = 0; written < size; written += PIECE)
      appendFileSync(path, pieceOf(`${index} ${written}`));
  }
}

const PIECE = 4 * 1024 * 1024;

/** Deterministic noise: digests one after the other. */
function pieceOf(seed: string): Buffer {
  const noise = Array.from({ length: PIECE / 64 }, (_, at) =>
    createHash('sha256').update(`${seed} ${at}`).digest(),
  );
  return Buffer.concat([...noise, Buffer.alloc(PIECE / 2, `text of ${seed}\n`)]);
}

/** Files that look large and hold little, with something to find every few megabytes. */
export function addSparseFiles(directory: string, count: number, size: number): void {
  mkdirSync(join(directory, 'srv'), { recursive: true });
  for (let index = 0; index < count; index++) {
    const file = openSync(join(directory, `srv/sparse-${index}`), 'w');
    ftruncateSync(file, size);
    for (let at = 0; at < size; at += 8 * 1024 * 1024) writeSync(file, `${index} at ${at}`, at);
  }
}

export type Change = 'nothing' | 'a small file' | 'a big file' | 'a package';

/** Changes a tree in place; different in every round. */
export function change(directory: string, what: Change, round: number): void {
  switch (what) {
    case 'nothing':
      return;
    case 'a small file':
      writeFileSync(join(directory, 'etc/mkve-bench'), `round ${round}\n`);
      return;
    case 'a big file': {
      const path = biggestFile(directory);
      const file = openSync(path, 'r+');
      writeSync(file, `round ${round}`, Math.floor(lstatSync(path).size / 2));
      return;
    }
    case 'a package':
      for (let index = 0; index < 40; index++) {
        const path = join(directory, `usr/share/mkve-bench/file-${index}`);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, `round ${round} ${'content '.repeat(50 * index)}\n`);
      }
      appendFileSync(join(directory, 'var/lib/dpkg/status'), `Package: bench-${round}\n`);
  }
}

function biggestFile(directory: string): string {
  let biggest = { path: '', size: -1 };
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const { size } = lstatSync(path);
    if (size > biggest.size) biggest = { path, size };
  }
  return biggest.path;
}

/** Reads everything once, so that the first of those that are compared is not the one that waits for the disk. */
export function warmUp(directory: string): void {
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) readFileSync(join(entry.parentPath, entry.name));
}
