/** Small texts of mkve's own that are kept between runs: worth having, never needed. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';

import { digestOf, hexOf, publishFile, READ_ENTRY, seal, unseal } from '../base/index.js';

/** Where they are kept, and for whom: nothing that another user may have written is ever used. */
export interface KeptPlace {
  readonly directory: string;
  /** Of the caller. */
  readonly uid: number;
}

/** What an entry is about: a kind of text, and the mkvefile it belongs to. */
export interface EntryName {
  readonly kind: 'compiled' | 'checked';
  /** Absolute path. */
  readonly file: string;
}

/** Nothing where there is no entry, and where it is not whole. */
export async function readEntry(name: EntryName, place: KeptPlace): Promise<string | undefined> {
  return unseal(await readOwn(pathOf(name, place), place.uid).catch(() => ''));
}

/** Takes the place of what was kept before. */
export function keepEntry(name: EntryName, place: KeptPlace, text: string): Promise<void> {
  return publishFile(pathOf(name, place), seal(text), { mode: 0o600 });
}

/** The store of root belongs to the user that root's workers are. */
async function readOwn(path: string, uid: number): Promise<string> {
  const file = await open(path, READ_ENTRY);
  try {
    const found = await file.stat();
    const isOurs = found.isFile() && found.uid === uid && (found.mode & 0o022) === 0;
    return isOurs ? await file.readFile('utf8') : '';
  } finally {
    await file.close();
  }
}

function pathOf({ kind, file }: EntryName, { directory }: KeptPlace): string {
  return join(directory, `${kind}-${hexOf(digestOf(file)).slice(0, 32)}.json`);
}
