import { type ByteString, partsOf } from '../../tree/index.js';
import type { FileDifference } from '../diff/file-difference.js';
import { differenceLine } from '../diff/text.js';
import { type MakeContext, makeNode } from './make-node.js';
import { pathWord } from './shell-words.js';

/** What the draft says of where it comes from. */
export interface DraftOrigin {
  /** `tiny/lxc after 01-root` */
  readonly place: string;
}

/**
 * A hook that makes changes again: a list of them, then a script. From the same root file system it leaves the same; what it
 * cannot do it ends at, naming it.
 */
export function hookDraft(
  differences: readonly FileDifference[],
  origin: DraftOrigin,
  context: MakeContext,
): string {
  const commands = [...deletions(differences), ...differences.flatMap((one) => makeNode(one, context))];
  // The times of directories change with everything in them.
  const [times, others] = [commands.filter(isTime), commands.filter((line) => !isTime(line))];
  return [
    '#!/bin/sh',
    `# Draft of a hook: what was changed in a shell in ${origin.place}.`,
    '#',
    ...differences.map((one) => `#   ${differenceLine(one)}`),
    '',
    'set -eu',
    ...(others.some((line) => line.startsWith('todo ')) ? TODO : []),
    '',
    ...others,
    ...times.toReversed(),
    '',
  ].join('\n');
}

const TODO = ['', 'todo() {', '  echo "$0: still to be written: $1 ($2)" >&2', '  exit 1', '}'];

function isTime(line: string): boolean {
  return line.startsWith('touch -h ');
}

/** Of a directory that is gone with all that was in it, itself only. */
function deletions(differences: readonly FileDifference[]): readonly string[] {
  const gone = new Set(differences.filter(({ how }) => how === 'deleted').map(({ path }) => path));
  const replaced = new Set(
    differences
      .filter(({ before, after }) => before?.type === 'dir' && after?.type !== 'dir')
      .map(({ path }) => path),
  );
  return [...gone]
    .filter((path) => !isBelow(path, gone) && !isBelow(path, replaced))
    .map((path) => `rm -rf -- ${pathWord(path)}`);
}

function isBelow(path: ByteString, tops: ReadonlySet<ByteString>): boolean {
  const parts = partsOf(path);
  return parts.some((_, index) => index > 0 && tops.has(parts.slice(0, index).join('/') as ByteString));
}
