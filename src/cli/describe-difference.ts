import type { CanonicalValue } from '../base/index.js';
import type { Difference } from '../engine/index.js';

/** Names of inputs, as a person would say them. */
const WORDS: Readonly<Record<string, string>> = {
  tree: 'the root file system before it',
  'hook.digest': 'content of the hook',
  'hook.args': 'arguments of the hook',
  packages: 'package list',
  requested: 'package list',
  files: 'conf files',
  conf: 'conf files',
  snapshot: 'repository snapshot',
  installed: 'packages of the base',
  rootfs: 'packed root file system',
  metainfo: 'metadata',
};

/** One difference of two action documents in a phrase: `package list: +less -nano`. */
export function describeDifference(difference: Difference): string {
  const { path, added, removed, before, after } = difference;
  const name = WORDS[path] ?? WORDS[path.split('.')[0] ?? ''] ?? path.replace(/^env\./, 'environment ');
  if (added !== undefined || removed !== undefined) {
    const parts = [
      ...(added ?? []).map((value) => `+${short(value)}`),
      ...(removed ?? []).map((value) => `-${short(value)}`),
    ];
    return parts.length === 0 ? `${name}: another order` : `${name}: ${limited(parts).join(' ')}`;
  }
  if (isDigestText(before) && isDigestText(after)) return `${name} changed`;
  if (before === undefined) return `${name}: new, ${short(after ?? null)}`;
  if (after === undefined) return `${name}: no longer ${short(before)}`;
  return `${name}: ${short(before)} -> ${short(after)}`;
}

const MOST_PARTS = 8;

function limited(parts: readonly string[]): readonly string[] {
  return parts.length > MOST_PARTS
    ? [...parts.slice(0, MOST_PARTS), `and ${parts.length - MOST_PARTS} more`]
    : parts;
}

function short(value: CanonicalValue): string {
  if (typeof value === 'string') return isDigestText(value) ? value.slice(7, 19) : value;
  if (isRecord(value)) {
    const { name, version, path } = value;
    if (typeof name === 'string') return typeof version === 'string' ? `${name} ${version}` : name;
    if (typeof path === 'string') return path;
  }
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function isDigestText(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith('sha256:');
}

function isRecord(value: CanonicalValue): value is { readonly [key: string]: CanonicalValue | undefined } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
