import type { ReadEntry } from 'tar/read-entry';

import type { ArchiveFault } from './archive-faults.js';
import { type BundleInput, readAt } from './bundle-input.js';
import { MemberContent } from './member-content.js';
import { BLOCK } from './member-header.js';
import { compareMemberPaths, memberPathFault } from './member-paths.js';
import { TarFeed } from './tar-feed.js';

/** A regular file with a name that a bundle may hold, seen for the first time. */
export interface ArchiveMember {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Permission bits. */
  readonly mode: number;
  /** Of the first byte of the content, from the start of the file. */
  readonly offset: number;
  /** Good until the visitor returns; what it leaves unread is passed over. */
  readonly content: MemberContent;
}

/** `stop` ends the reading there, without a look at what follows. */
export type Visit = (member: ArchiveMember) => Promise<'continue' | 'stop'>;

// An archive of nothing but headers must not fill the memory of who checks it.
const MAX_FAULTS = 100;
const MAX_MEMBERS = 100_000;

/**
 * Reads an untrusted bundle once from front to back, calling `visit` for each acceptable member, and answers all
 * that is wrong with the archive as such. Throws only what the disk or `visit` throws.
 */
export async function readArchive(input: BundleInput, visit: Visit): Promise<readonly ArchiveFault[]> {
  const feed = new TarFeed();
  const gate = new MemberGate();
  let position = 0;
  for (;;) {
    const block = await readAt(input, { at: position, count: BLOCK });
    if (block.length < BLOCK) return gate.malformed(endedEarly({ at: position, left: block.length }));
    position += BLOCK;
    feed.feed(block);
    const entry = feed.takeEntry();
    if (feed.fault !== undefined) return gate.malformed(`at byte ${position - BLOCK}: ${feed.fault}`);
    if (feed.ended)
      return position === input.size ? gate.faults : gate.malformed(trailing(input.size - position));
    if (entry === undefined) continue;

    const extent = { offset: position, size: entry.size };
    const fatal = fatalFault(entry) ?? gate.fullFault();
    if (fatal !== undefined) return gate.malformed(`at byte ${position - BLOCK}: ${fatal}`);
    const content = new MemberContent({ input, feed }, extent);
    const { path, size, mode = 0 } = entry;
    const accepted = gate.admits(entry);
    if (accepted && (await visit({ path, size, mode, offset: position, content })) === 'stop')
      return gate.faults;
    position = await content.finish();
    if (content.truncated) return gate.malformed(`the file ends within ${JSON.stringify(path)}`);
  }
}

function endedEarly({ at, left }: { readonly at: number; readonly left: number }): string {
  if (at === 0) return 'it is too short for a tar archive';
  return left === 0 ? 'the end of the archive is missing' : 'the file ends within a header';
}

function trailing(count: number): string {
  return `${count} bytes follow the end of the archive`;
}

/** What makes the extent of a member uncertain, so that nothing after it can be trusted to be a header. */
function fatalFault(entry: ReadEntry): string | undefined {
  if (entry.meta) return 'an extended header is too large';
  if (!Number.isSafeInteger(entry.size) || entry.size < 0) return 'a member has no sensible size';
  if (entry.blockRemain !== BLOCK * Math.ceil(entry.size / BLOCK)) return 'a member has two sizes';
  return undefined;
}

/** Lets acceptable members through and keeps the faults of the others. */
class MemberGate {
  readonly #faults: ArchiveFault[] = [];
  readonly #seen = new Set<string>();
  #last = '';

  get faults(): readonly ArchiveFault[] {
    return this.#faults;
  }

  malformed(detail: string): readonly ArchiveFault[] {
    return [...this.#faults, { kind: 'archive-malformed', detail }];
  }

  fullFault(): string | undefined {
    if (this.#faults.length >= MAX_FAULTS) return 'too many faults; the rest was not read';
    return this.#seen.size >= MAX_MEMBERS ? `more than ${MAX_MEMBERS} members` : undefined;
  }

  admits({ path, type }: ReadEntry): boolean {
    const detail =
      typeFault(type) ?? memberPathFault(path) ?? (this.#seen.has(path) ? 'occurs twice' : undefined);
    if (detail !== undefined) {
      this.#faults.push({ kind: 'member-refused', path, detail });
      return false;
    }
    this.#seen.add(path);
    if (this.#last !== '' && compareMemberPaths(this.#last, path) > 0) {
      this.#faults.push({ kind: 'member-misplaced', path, after: this.#last });
    }
    this.#last = path;
    return true;
  }
}

function typeFault(type: ReadEntry['type']): string | undefined {
  return type === 'File' || type === 'OldFile' ? undefined : `is not a regular file (tar calls it ${type})`;
}
