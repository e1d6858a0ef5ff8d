import { lstat, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { Digest } from '../../base/index.js';
import { byteString, findNode, type TreeObjects } from '../../tree/index.js';

const FILE = '/etc/resolv.conf';

interface NameServers {
  readonly binds: readonly { readonly source: string; readonly target: string }[];
  /** Takes away what the mount needed, so that it does not become part of the layer. */
  tidy(): Promise<void>;
}

/**
 * A hook with network needs the host's name servers, and must not leave them in the root file system: the host's
 * file is mounted over the one inside. bwrap makes an empty file to mount on where there is none.
 * @param found what is at that path
 * @param upper where that empty file appears
 */
export function nameServers(found: 'file' | 'absent' | 'directory' | 'other', upper: string): NameServers {
  const bind = { binds: [{ source: FILE, target: FILE }], tidy: () => Promise.resolve() };
  // A link would be followed out of the root file system while it is being put together.
  if (found !== 'absent') return found === 'file' ? bind : { ...bind, binds: [] };
  const made = join(upper, FILE);
  const tidy = async () => {
    // The hook may have put a link in the place of the directory, and anything in that of the file: neither is followed.
    const directory = await lstat(dirname(made)).catch(() => undefined);
    if (directory?.isDirectory() !== true) return;
    const left = await lstat(made).catch(() => undefined);
    if (left?.isFile() === true && left.size === 0) await rm(made);
  };
  return { ...bind, tidy };
}

/** What is at that path in a tree. */
export function resolvConfIn(objects: TreeObjects, tree: Digest): 'file' | 'absent' | 'other' {
  const found = findNode(objects, tree, byteString(FILE.slice(1)));
  if (found === undefined) return 'absent';
  return found.type === 'file' ? 'file' : 'other';
}
