/** One line of a unified diff, without its newline. */
export interface DiffLine {
  readonly how: 'same' | 'removed' | 'added';
  readonly text: string;
}

/** Beyond so many changed lines another order of them would not help anybody. */
const MOST_EDITS = 1000;

/**
 * The lines of two lists, with those that both have in common as one: E. Myers, An O(ND) Difference Algorithm (1986).
 * What differs in more than a thousand lines is shown as replaced from its first difference to its last.
 */
export function diffLines(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  const room = Math.min(before.length, after.length) - start;
  while (end < room && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  const old = before.slice(start, before.length - end);
  const now = after.slice(start, after.length - end);
  return [
    ...lines('same', before.slice(0, start)),
    ...(shortestEdit(old, now) ?? [...lines('removed', old), ...lines('added', now)]),
    ...lines('same', before.slice(before.length - end)),
  ];
}

/**
 * The text of `diff -u` without its two lines of names, each line with a newline; empty for equal texts.
 * @param context how many equal lines stand around a change
 */
export function unifiedDiff(before: string, after: string, context = 3): string {
  const all = diffLines(splitLines(before), splitLines(after));
  return hunks(all, context).map(renderHunk).join('');
}

/** A last line without a newline is not equal to the same with one. */
const UNENDED = '\n\\ No newline at end of file';

function splitLines(text: string): readonly string[] {
  if (text === '') return [];
  const parts = text.split('\n');
  const last = parts.pop() ?? '';
  return last === '' ? parts : [...parts, `${last}${UNENDED}`];
}

function lines(how: DiffLine['how'], texts: readonly string[]): readonly DiffLine[] {
  return texts.map((text) => ({ how, text }));
}

/** For each number of edits, the furthest that each diagonal reaches; nothing when it takes too many. */
function shortestEdit(before: readonly string[], after: readonly string[]): readonly DiffLine[] | undefined {
  const most = Math.min(before.length + after.length, MOST_EDITS);
  const reached = new Map<number, number>([[1, 0]]);
  const trace: ReadonlyMap<number, number>[] = [];
  for (let edits = 0; edits <= most; edits++) {
    trace.push(new Map(reached));
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = nextX(reached, diagonal, edits);
      while (x < before.length && x - diagonal < after.length && before[x] === after[x - diagonal]) x++;
      reached.set(diagonal, x);
      if (x >= before.length && x - diagonal >= after.length) return retrace(trace, before, after);
    }
  }
  return undefined;
}

function nextX(reached: ReadonlyMap<number, number>, diagonal: number, edits: number): number {
  const above = reached.get(diagonal + 1) ?? -1;
  const left = reached.get(diagonal - 1) ?? -1;
  const isDown = diagonal === -edits || (diagonal !== edits && left < above);
  return isDown ? above : left + 1;
}

function retrace(
  trace: readonly ReadonlyMap<number, number>[],
  before: readonly string[],
  after: readonly string[],
): readonly DiffLine[] {
  const found: DiffLine[] = [];
  let [x, y] = [before.length, after.length];
  for (let edits = trace.length - 1; edits >= 0; edits--) {
    const reached = trace[edits] ?? new Map<number, number>();
    const diagonal = x - y;
    const above = reached.get(diagonal + 1) ?? -1;
    const left = reached.get(diagonal - 1) ?? -1;
    const isDown = diagonal === -edits || (diagonal !== edits && left < above);
    const fromX = isDown ? above : left;
    const fromY = fromX - (isDown ? diagonal + 1 : diagonal - 1);
    while (x > fromX && y > fromY && x > 0 && y > 0 && before[x - 1] === after[y - 1]) {
      found.push({ how: 'same', text: before[x - 1] ?? '' });
      x--;
      y--;
    }
    if (edits === 0) break;
    if (isDown) found.push({ how: 'added', text: after[y - 1] ?? '' });
    else found.push({ how: 'removed', text: before[x - 1] ?? '' });
    [x, y] = [fromX, fromY];
  }
  return found.reverse();
}

interface Hunk {
  readonly oldStart: number;
  readonly newStart: number;
  readonly lines: readonly DiffLine[];
}

function hunks(all: readonly DiffLine[], context: number): readonly Hunk[] {
  const isShown = all.map(() => false);
  all.forEach(({ how }, at) => {
    if (how === 'same') return;
    for (let near = Math.max(0, at - context); near <= Math.min(all.length - 1, at + context); near++)
      isShown[near] = true;
  });
  const found: Hunk[] = [];
  let [oldLine, newLine] = [1, 1];
  let open: DiffLine[] | undefined;
  all.forEach((line, at) => {
    if (isShown[at] !== true) open = undefined;
    else if (open === undefined) {
      open = [line];
      found.push({ oldStart: oldLine, newStart: newLine, lines: open });
    } else open.push(line);
    if (line.how !== 'added') oldLine++;
    if (line.how !== 'removed') newLine++;
  });
  return found;
}

const SIGNS = { same: ' ', removed: '-', added: '+' } as const;

function renderHunk({ oldStart, newStart, lines: shown }: Hunk): string {
  const old = shown.filter(({ how }) => how !== 'added').length;
  const now = shown.filter(({ how }) => how !== 'removed').length;
  const text = shown.map(({ how, text }) => `${SIGNS[how]}${text}\n`).join('');
  return `@@ -${rangeOf(oldStart, old)} +${rangeOf(newStart, now)} @@\n${text}`;
}

/** POSIX diff: an empty range is given by the line before it. */
function rangeOf(start: number, length: number): string {
  if (length === 0) return `${start - 1},0`;
  return length === 1 ? String(start) : `${start},${length}`;
}
