import { type ActionDeps, readFiles, type WantedFile } from '../../actions/index.js';
import { ok, type Result, unifiedDiff } from '../../base/index.js';
import type { Failure } from '../../report/index.js';
import type { RootfsState } from '../../rootfs/index.js';
import type { ByteString, SeenNode } from '../../tree/index.js';
import type { FileDifference } from './file-difference.js';

/** Bytes of a file that is small enough to be shown. */
export const SMALL_FILE = 64 * 1024;
/** Of all of them together, and how many. */
const MOST_BYTES = 8 * 1024 * 1024;
const MOST_FILES = 500;

export interface States {
  readonly before: RootfsState;
  readonly after: RootfsState;
}

/** Contents of files, those of one state by their paths. */
export type Contents = ReadonlyMap<ByteString, Uint8Array>;

/** Reads the small files of both sides whose content is new or another. */
export async function readContents(
  differences: readonly FileDifference[],
  states: States,
  within: { readonly actions: ActionDeps; readonly signal: AbortSignal },
): Promise<Result<{ readonly before: Contents; readonly after: Contents }, Failure>> {
  const shown = differences.filter(isShown);
  const read = async (side: 'before' | 'after'): Promise<Result<Contents, Failure>> => {
    const files = wanted(shown, side);
    const contents = await readFiles({ state: states[side], files, signal: within.signal }, within.actions);
    if (!contents.ok) return contents;
    return ok(new Map(files.map(({ path }, index) => [path, contents.value[index] ?? new Uint8Array()])));
  };
  const before = await read('before');
  if (!before.ok) return before;
  const after = await read('after');
  return after.ok ? ok({ before: before.value, after: after.value }) : after;
}

/** The same differences, those of text with hunks. */
export function withTexts(
  differences: readonly FileDifference[],
  contents: { readonly before: Contents; readonly after: Contents },
): readonly FileDifference[] {
  return differences.map((difference) => {
    const before = textOf(contents.before.get(difference.path));
    const after = textOf(contents.after.get(difference.path));
    if (after === undefined || (before === undefined && difference.before?.type === 'file'))
      return difference;
    const text = unifiedDiff(before ?? '', after);
    return text === '' ? difference : { ...difference, text };
  });
}

/** UTF-8 without characters that make it something else than text; nothing otherwise. */
export function textOf(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return /(?![\t\n\r\f])\p{Cc}/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

/** Deleted files are not shown: their names say enough. */
function isShown({ how, parts, before, after }: FileDifference): boolean {
  if (!isSmallFile(after) || (before?.type === 'file' && !isSmallFile(before))) return false;
  return how === 'added' || parts.includes('content') || parts.includes('type');
}

function isSmallFile(node: SeenNode | undefined): boolean {
  return node?.type === 'file' && node.size <= SMALL_FILE;
}

function wanted(differences: readonly FileDifference[], side: 'before' | 'after'): readonly WantedFile[] {
  let bytes = 0;
  return differences
    .flatMap(({ path, [side]: node }) => {
      if (node?.type !== 'file') return [];
      bytes += node.size;
      return bytes > MOST_BYTES ? [] : [{ path, size: node.size, digest: node.digest }];
    })
    .slice(0, MOST_FILES);
}
