import { type CanonicalValue, canonicalJson, compareCodeUnits } from '../base/index.js';
import type { ExactPackage } from '../graph/index.js';
import { type Lock, type LockedSet, type LockedSource, setName } from './model.js';

/** Goes up when a field changes its meaning or goes. */
export const LOCK_FORMAT = 1;

/**
 * The text of a lock: JSON with a line a package, so that a difference shows which package moved. Equal locks have equal
 * texts.
 */
export function renderLock({ sources }: Lock): string {
  const sections = sources.map(renderSource).sort(compareCodeUnits);
  return `{\n  "format": ${LOCK_FORMAT},\n  "sources": [${listed(sections, '    ')}]\n}\n`;
}

function renderSource({ source, snapshot, date, sets }: LockedSource): string {
  const sorted = sets.toSorted((a, b) => compareCodeUnits(setName(a.requested), setName(b.requested)));
  return [
    '{',
    `      "source": ${indented(source)},`,
    `      "snapshot": ${JSON.stringify(snapshot)},`,
    `      "date": ${JSON.stringify(dateText(date))},`,
    `      "sets": [${listed(sorted.map(renderSet), '        ', '      ')}]`,
    '    }',
  ].join('\n');
}

function renderSet({ requested, onto, packages }: LockedSet): string {
  const sorted = packages.toSorted(
    (a, b) => compareCodeUnits(a.name, b.name) || compareCodeUnits(a.arch, b.arch),
  );
  return [
    '{',
    `          "requested": ${JSON.stringify([...requested].sort(compareCodeUnits))},`,
    ...(onto === undefined ? [] : [`          "onto": ${JSON.stringify(onto)},`]),
    `          "packages": [${listed(sorted.map(renderPackage), '            ', '          ')}]`,
    '        }',
  ].join('\n');
}

/** On one line, what a reviewer looks for first. */
function renderPackage({ name, version, arch, sha256, size, origin, priority }: ExactPackage): string {
  return JSON.stringify({ name, version, arch, sha256, size, origin, priority });
}

function listed(items: readonly string[], indent: string, end = '  '): string {
  if (items.length === 0) return '';
  return `\n${items.map((item) => `${indent}${item}`).join(',\n')}\n${end}`;
}

/** With keys in one order, whoever made the value. */
function indented(value: CanonicalValue): string {
  return JSON.stringify(JSON.parse(canonicalJson(value)), undefined, 2).replaceAll('\n', '\n      ');
}

/** @param seconds since 1970 */
function dateText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
