import { closeSync, openSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

import { READ_ENTRY } from '../base/index.js';

/** A file of the store, whatever stands in its place. */
export function readEntry(path: string): Promise<Buffer> {
  return readFile(path, { flag: READ_ENTRY });
}

export async function readEntryText(path: string): Promise<string> {
  return (await readEntry(path)).toString('utf8');
}

/** The same where a promise would take longer than the kernel does. */
export function readEntryNow(path: string): string {
  const file = openSync(path, READ_ENTRY);
  try {
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}
