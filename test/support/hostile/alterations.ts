import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** What may become of a file of the store: by accident, by a disk, by a careless hand. */
export type Alteration = (
  path: string,
  /** A file of somebody's, which must stay as it is. */
  elsewhere: string,
) => void;

const writable = (path: string) => chmodSync(path, 0o644);

export const ALTERATIONS: Readonly<Record<string, Alteration>> = {
  'cut to nothing': (path) => {
    writable(path);
    truncateSync(path, 0);
  },
  'cut in half': (path) => {
    writable(path);
    truncateSync(path, statSync(path).size >> 1);
  },
  'one bit flipped': (path) => {
    writable(path);
    const bytes = readFileSync(path);
    if (bytes.length > 0)
      bytes.writeUInt8((bytes.readUInt8(bytes.length >> 1) ^ 1) & 0xff, bytes.length >> 1);
    writeFileSync(path, bytes);
  },
  'noise appended': (path) => {
    writable(path);
    appendFileSync(path, '\u0000{"noise":1}\n');
  },
  'a directory': (path) => {
    rmSync(path);
    mkdirSync(path);
    writeFileSync(join(path, 'file'), 'x');
  },
  'a symbolic link to elsewhere': (path, elsewhere) => {
    rmSync(path);
    symlinkSync(elsewhere, path);
  },
  'a symbolic link to itself': (path) => {
    rmSync(path);
    symlinkSync(path, path);
  },
  'a FIFO': (path) => {
    rmSync(path);
    execFileSync('mkfifo', [path]);
  },
  gone: (path) => rmSync(path),
  unreadable: (path) => chmodSync(path, 0o000),
};
