import type * as z from 'zod/mini';

import { closestTo } from '../base/index.js';
import { describeValue, formatKeyPath, type KeyPath, valueAt } from './key-path.js';

/** Notes one mistake. All of them are collected before anything is reported. */
export type Complain = (path: KeyPath, message: string, hint?: string) => void;

/** A value of the mkvefile and the way to it. */
export interface Given {
  readonly path: KeyPath;
  readonly value: unknown;
}

type Shape = Readonly<Record<string, z.ZodMiniType>>;

/** The keys of a section that are as they should be; a missing one was absent or has been complained about. */
export type Checked<S extends Shape> = { readonly [K in keyof S]?: z.output<S[K]> | undefined };

/**
 * Checks an object key by key, so that one wrong key hides no mistake in another.
 * @returns nothing when the value is no object at all
 */
export function checkSection<S extends Shape>(
  shape: S,
  given: Given,
  complain: Complain,
): Checked<S> | undefined {
  const section = given.value;
  if (!isObject(section)) {
    complain(given.path, `expected an object, found ${describeValue(section)}`);
    return undefined;
  }
  complainOfUnknownKeys(Object.keys(shape), given, complain);
  const checked: Record<string, unknown> = {};
  for (const [key, type] of Object.entries(shape)) {
    checked[key] = checkValue(type, { path: [...given.path, key], value: section[key] }, complain);
  }
  return checked as Checked<S>;
}

/** Checks one value; nothing when it is wrong. */
export function checkValue<T>(type: z.ZodMiniType<T>, given: Given, complain: Complain): T | undefined {
  const parsed = type.safeParse(given.value);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    const found = describeValue(valueAt(given.value, issue.path));
    const path = [...given.path, ...issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key))];
    complain(
      path,
      `expected ${issue.message}, found ${found}`,
      nearestOf(issue, valueAt(given.value, issue.path)),
    );
  }
  return undefined;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function complainOfUnknownKeys(known: readonly string[], given: Given, complain: Complain): void {
  if (!isObject(given.value)) return;
  for (const key of Object.keys(given.value)) {
    if (known.includes(key)) continue;
    const near = closestTo(key, known);
    const hint = near === undefined ? `the keys known here are ${known.join(', ')}` : `did you mean ${near}?`;
    complain([...given.path, key], 'unknown key', hint);
  }
}

function nearestOf(issue: z.core.$ZodIssue, found: unknown): string | undefined {
  if (issue.code !== 'invalid_value' || typeof found !== 'string') return undefined;
  const near = closestTo(found, issue.values.map(String));
  return near === undefined ? undefined : `did you mean ${near}?`;
}

/** The sentence for one mistake: the key's path, then what is wrong with it. */
export function mistakeAt(path: KeyPath, message: string): string {
  return `${formatKeyPath(path)}: ${message}`;
}
