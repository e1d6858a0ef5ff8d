import type { Finding } from '../hypervisor/index.js';
import { hookNameFault, hypervisorNameFault, type NameCheck, packageNameFault, shown } from './names.js';
import { linesOf } from './text.js';

/** What one list holds, and what it may hold. */
export interface ListKind {
  readonly what: 'hypervisor' | 'package' | 'hook';
  readonly faultOf: NameCheck;
  /** Where a repetition means nothing it is dropped with a warning; a hook may well run twice. */
  readonly repetition: 'kept' | 'dropped';
}

export const hypervisorList: ListKind = {
  what: 'hypervisor',
  faultOf: hypervisorNameFault,
  repetition: 'dropped',
};
export const packageList: ListKind = { what: 'package', faultOf: packageNameFault, repetition: 'dropped' };
export const hookList: ListKind = { what: 'hook', faultOf: hookNameFault, repetition: 'kept' };

export interface ListEntry {
  readonly text: string;
  /** From 1: of a file the line, of a list in TypeScript the place. */
  readonly line: number;
}

export interface ListReading {
  /** Legal ones only, in the order of the list. */
  readonly entries: readonly ListEntry[];
  readonly findings: readonly Finding[];
}

/** Reads a list file: one entry a line; blank lines, and comments from a `#` at the start or after white space. */
export function parseList(bytes: Uint8Array, kind: ListKind): ListReading {
  const { lines, findings } = linesOf(bytes);
  const crowded: Finding[] = [];
  const entries: ListEntry[] = [];
  for (const [index, text] of lines.entries()) {
    const [word, ...more] = wordsOf(text);
    if (word === undefined) continue;
    if (more.length === 0) entries.push({ text: word, line: index + 1 });
    else crowded.push(crowdedLine({ kind, line: index + 1, text: [word, ...more].join(' ') }));
  }
  const sifted = siftEntries({ entries, kind, placeOf: (line) => `on line ${line}` });
  const all = [...findings, ...crowded, ...sifted.findings];
  const inOrder = all.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  return { entries: sifted.entries, findings: foremost(inOrder) };
}

/** Findings of one list: where something else than a list was taken for one, every line of it is wrong. */
const MOST_FINDINGS = 100;

function foremost(findings: readonly Finding[]): readonly Finding[] {
  if (findings.length <= MOST_FINDINGS) return findings;
  const more = findings.length - MOST_FINDINGS;
  const isWrong = findings.some(({ severity }) => severity === 'error');
  const message = `and ${more} more lines with something to say about`;
  return [...findings.slice(0, MOST_FINDINGS), { message, severity: isWrong ? 'error' : 'warning' }];
}

/** Checks the entries of any list, and takes out what is wrong or repeated. */
export function siftEntries(list: {
  readonly entries: readonly ListEntry[];
  readonly kind: ListKind;
  /** How a message names the place of another entry: `on line 3`. */
  readonly placeOf: (line: number) => string;
}): ListReading {
  const { kind, placeOf } = list;
  const findings: Finding[] = [];
  const first = new Map<string, number>();
  const entries = list.entries.filter(({ text, line }) => {
    const fault = kind.faultOf(text);
    if (fault !== undefined) {
      findings.push({ line, message: fault, severity: 'error', code: 'list-name' });
      return false;
    }
    const before = first.get(text);
    if (before === undefined || kind.repetition === 'kept') {
      first.set(text, line);
      return true;
    }
    const message = `${kind.what} ${shown(text)} stands already ${placeOf(before)}`;
    findings.push({
      line,
      message,
      hint: 'remove one of the two',
      severity: 'warning',
      code: 'list-repeated',
    });
    return false;
  });
  return { entries, findings };
}

function wordsOf(text: string): readonly string[] {
  return text
    .replace(/(^|[ \t])#.*$/s, '')
    .split(/[ \t]+/)
    .filter((word) => word !== '');
}

function crowdedLine(found: {
  readonly kind: ListKind;
  readonly line: number;
  readonly text: string;
}): Finding {
  const { kind, line, text } = found;
  return {
    line,
    message: `expected one ${kind.what} a line, found ${shown(text)}`,
    hint: `put each ${kind.what} on a line of its own, and a '#' before a comment`,
    severity: 'error',
    code: 'list-crowded',
  };
}
