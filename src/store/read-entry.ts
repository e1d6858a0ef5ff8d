import { constants } from 'node:fs';
import { readFile } from 'node:fs/promises';

/**
 * How a file of the store is opened for reading. What somebody put in its place is neither followed nor waited for: a symbolic
 * link fails with ELOOP, a directory with EISDIR, and a FIFO, whose open would wait for a writer, reads as empty.
 */
export const READ_ENTRY = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

export function readEntry(path: string): Promise<Buffer> {
  return readFile(path, { flag: READ_ENTRY });
}

export async function readEntryText(path: string): Promise<string> {
  return (await readEntry(path)).toString('utf8');
}
