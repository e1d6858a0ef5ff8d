import { assertNever, type CanonicalValue, shortened } from '../base/index.js';
import type { NamedDifference, Why } from './why.js';

/** Why a step ran or would run, in a phrase: `package list: +less -nano`. @param kind of the step */
export function describeWhy(why: Why, kind: string): string {
  switch (why.kind) {
    case 'first-build':
      return 'first build';
    case 'forced':
      return 'forced';
    case 'failed-before':
      return 'it failed the last time';
    case 'result-missing':
      return kind === 'bundle' || kind === 'archive'
        ? 'the output is missing or was altered'
        : 'its result is missing from the store';
    case 'changed':
      return describeChange(why);
    default:
      return assertNever(why);
  }
}

function describeChange({ differences, cascadeOf }: Extract<Why, { kind: 'changed' }>): string {
  const phrases = differences.map(describeDifference).join('; ');
  return cascadeOf.length === 0 ? phrases : `cascade of ${cascadeOf.join(', ')}: ${phrases}`;
}

/** One difference of two action documents in a phrase. */
export function describeDifference(difference: NamedDifference): string {
  const { input, added, removed, before, after } = difference;
  if (added !== undefined || removed !== undefined) {
    const parts = listParts(added ?? [], removed ?? []);
    return parts.length === 0 ? `${input}: another order` : `${input}: ${limited(parts).join(' ')}`;
  }
  if (isDigestText(before) && isDigestText(after)) return `${input} changed`;
  if (before === undefined) return `${input}: new, ${short(after ?? null)}`;
  if (after === undefined) return `${input}: no longer ${short(before)}`;
  return `${input}: ${short(before)} -> ${short(after)}`;
}

/** What came, what went, and what is there on both sides under one name but is not the same. */
function listParts(added: readonly CanonicalValue[], removed: readonly CanonicalValue[]): readonly string[] {
  const before = new Map(removed.map((value) => [nameOf(value), value]));
  const after = new Map(added.map((value) => [nameOf(value), value]));
  return [
    ...added.filter((value) => !before.has(nameOf(value))).map((value) => `+${short(value)}`),
    ...removed.filter((value) => !after.has(nameOf(value))).map((value) => `-${short(value)}`),
    ...[...after].flatMap(([name, value]) => {
      const old = before.get(name);
      return old === undefined ? [] : [changedPart(name, old, value)];
    }),
  ];
}

function changedPart(name: string, before: CanonicalValue, after: CanonicalValue): string {
  const [old, now] = [versionOf(before), versionOf(after)];
  return old === undefined || now === undefined || old === now
    ? `${name} changed`
    : `${name} ${old} -> ${now}`;
}

const MOST_PARTS = 8;

function limited(parts: readonly string[]): readonly string[] {
  return parts.length > MOST_PARTS
    ? [...parts.slice(0, MOST_PARTS), `and ${parts.length - MOST_PARTS} more`]
    : parts;
}

/** What tells the element of a list from the others: a package's name, a file's path, otherwise the whole. */
function nameOf(value: CanonicalValue): string {
  if (!isRecord(value)) return short(value);
  const { name, path } = value;
  if (typeof name === 'string') return name;
  return typeof path === 'string' ? path : JSON.stringify(value);
}

function versionOf(value: CanonicalValue): string | undefined {
  const version = isRecord(value) ? value['version'] : undefined;
  return typeof version === 'string' ? version : undefined;
}

function short(value: CanonicalValue): string {
  if (typeof value === 'string') return isDigestText(value) ? value.slice(7, 19) : value;
  if (isRecord(value) && (typeof value['name'] === 'string' || typeof value['path'] === 'string')) {
    const version = versionOf(value);
    return version === undefined ? nameOf(value) : `${nameOf(value)} ${version}`;
  }
  const text = JSON.stringify(value);
  return shortened(text, 60);
}

function isDigestText(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith('sha256:');
}

function isRecord(value: CanonicalValue): value is { readonly [key: string]: CanonicalValue | undefined } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
