import type { Digest } from '../base/index.js';
import {
  applyChanges,
  type ByteString,
  byteString,
  bytesOf,
  type Change,
  joinPath,
  ROOT,
  type TreeObjects,
} from '../tree/index.js';

/**
 * The tree without the paths that patterns match, and what is below them. The root directory itself stays. A file
 * with several names of which some are left out keeps the others.
 */
export function excludePaths(objects: TreeObjects, tree: Digest, patterns: readonly string[]): Digest {
  if (patterns.length === 0) return tree;
  const isExcluded = excludeMatcher(patterns);
  const gone: Change[] = [];
  const open: { readonly path: ByteString; readonly tree: Digest }[] = [{ path: ROOT, tree }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const [name, node] of objects.get(next.tree).entries) {
      const path = joinPath(next.path, name);
      if (isExcluded(path)) gone.push({ kind: 'whiteout', path });
      else if (node.type === 'dir') open.push({ path, tree: node.tree });
    }
  }
  return gone.length === 0 ? tree : applyChanges(objects, tree, gone);
}

/**
 * As GNU tar's `--exclude` takes a path (its manual, "Controlling Pattern-Matching"): shell patterns whose wildcards
 * match `/` too, and which may begin at any name of `./the/path`. Two things are easier here: a pattern that begins
 * with `/` is meant from the root, and a slash at its end does no harm. A name that is not UTF-8 is compared by bytes.
 * @returns whether a path relative to the root is matched itself; what is below a match is the caller's business
 */
export function excludeMatcher(patterns: readonly string[]): (path: ByteString) => boolean {
  const rules = patterns.map((pattern) => {
    const plain = pattern.replace(/(?<=.)\/+$/, '');
    const isAnchored = plain.startsWith('/');
    const body = isAnchored ? plain.replace(/^\/+/, '') : plain;
    return { isAnchored, text: globExpression(body), bytes: globExpression(byteString(body)) };
  });
  return (path) => {
    const text = bytesOf(path).toString('utf8');
    const isText = Buffer.from(text, 'utf8').equals(bytesOf(path));
    const name = isText ? text : path;
    return rules.some(({ isAnchored, ...expressions }) => {
      const expression = isText ? expressions.text : expressions.bytes;
      return isAnchored ? expression.test(name) : suffixesOf(`./${name}`).some((end) => expression.test(end));
    });
  };
}

/** The path itself, and what is left of it after each slash. */
function suffixesOf(path: string): readonly string[] {
  const names = path.split('/');
  return names.map((_, index) => names.slice(index).join('/'));
}

const NEVER = /(?!)/u;

/** fnmatch(3) without flags, as POSIX.1-2017 "Pattern Matching Notation" describes it. */
function globExpression(pattern: string): RegExp {
  let source = '';
  for (let rest = [...pattern]; rest.length > 0; ) {
    const [first = '', ...after] = rest;
    if (first === '[') {
      const set = bracketOf(rest);
      source += set?.source ?? '\\[';
      rest = set?.rest ?? after;
    } else if (first === '\\') {
      // Nothing is left to be taken literally: fnmatch lets such a pattern match nothing.
      if (after[0] === undefined) return NEVER;
      source += literal(after[0]);
      rest = after.slice(1);
    } else {
      source += first === '*' ? '.*' : first === '?' ? '.' : literal(first);
      rest = after;
    }
  }
  return new RegExp(`^(?:${source})$`, 'su');
}

interface Bracket {
  readonly source: string;
  readonly rest: string[];
}

/** A bracket expression; nothing when it never ends, which makes the bracket an ordinary character. */
function bracketOf(pattern: readonly string[]): Bracket | undefined {
  let at = 1;
  const isNegated = pattern[at] === '!' || pattern[at] === '^';
  if (isNegated) at++;
  const members: string[] = [];
  const first = at;
  while (at < pattern.length && (pattern[at] !== ']' || at === first)) {
    const named = /^\[:([a-z]+):\]/.exec(pattern.slice(at, at + 12).join(''));
    const characters = CLASSES[named?.[1] ?? ''];
    if (named !== null && characters !== undefined) {
      members.push(characters);
      at += named[0].length;
      continue;
    }
    const low = characterAt(pattern, at);
    at = low.next;
    if (pattern[at] !== '-' || pattern[at + 1] === ']' || pattern[at + 1] === undefined) {
      members.push(member(low.character));
      continue;
    }
    const high = characterAt(pattern, at + 1);
    at = high.next;
    // A range that runs backwards holds nothing.
    if ((low.character.codePointAt(0) ?? 0) <= (high.character.codePointAt(0) ?? 0))
      members.push(`${member(low.character)}-${member(high.character)}`);
  }
  if (at >= pattern.length) return undefined;
  const inside = members.join('');
  const none = isNegated ? '.' : '(?!)';
  const source = inside === '' ? none : `[${isNegated ? '^' : ''}${inside}]`;
  return { source, rest: pattern.slice(at + 1) };
}

function characterAt(
  pattern: readonly string[],
  at: number,
): { readonly character: string; readonly next: number } {
  const isEscape = pattern[at] === '\\' && pattern[at + 1] !== undefined;
  return { character: pattern[isEscape ? at + 1 : at] ?? '', next: at + (isEscape ? 2 : 1) };
}

const CLASSES: Readonly<Record<string, string>> = {
  alnum: '\\p{L}\\p{Nd}',
  alpha: '\\p{L}',
  blank: ' \\t',
  cntrl: '\\p{Cc}',
  digit: '0-9',
  graph: '\\x21-\\x7e\\p{L}\\p{N}\\p{P}\\p{S}',
  lower: '\\p{Ll}',
  print: '\\x20-\\x7e\\p{L}\\p{N}\\p{P}\\p{S}',
  punct: '\\p{P}\\p{S}',
  space: '\\s',
  upper: '\\p{Lu}',
  xdigit: '0-9A-Fa-f',
};

function literal(character: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}

/** Between brackets a dash means something too. */
function member(character: string): string {
  return character === '-' ? '\\-' : literal(character);
}
