/**
 * What came of checking an exported value, kept between runs: to load zod and to check takes longer than all else that is
 * done with an mkvefile, and what it exports is seldom another. Checking is a function of the value and the mkvefile's
 * path, but for the paths that have to exist: these are looked at every time. Mistakes are not kept.
 */
import { isProxy } from 'node:util/types';

import { type Digest, digestOf } from '../base/index.js';
import { type KeptPlace, keepEntry, readEntry } from './kept-entry.js';
import type { CheckedConfig, LoadedConfig } from './loaded.js';

/** Of which value, and by which check: one that another mkve made may have been made by other rules. */
export interface Checked {
  readonly exported: unknown;
  /** Absolute path of the mkvefile. */
  readonly file: string;
  /** What tells these rules from others; absent where nothing does, and then nothing is kept. */
  readonly rules: string | undefined;
}

interface Entry {
  readonly key: Digest;
  readonly checked: Written;
}

type Entries = readonly (readonly [string, readonly string[]])[];

/** A checked config as JSON holds it, which has no maps. */
interface Written extends Omit<CheckedConfig, 'config'> {
  readonly config: Omit<LoadedConfig, 'services' | 'hypervisors'>;
  readonly services: Entries;
  readonly hypervisors: Entries;
}

/** What the check found last time, if it was of the same value. */
export async function checkedBefore(what: Checked, place: KeptPlace): Promise<CheckedConfig | undefined> {
  const key = keyOf(what);
  if (key === undefined) return undefined;
  const text = await readEntry({ kind: 'checked', file: what.file }, place);
  const entry = text === undefined ? undefined : (JSON.parse(text) as Entry);
  if (entry?.key !== key) return undefined;
  return fromWritten(entry.checked);
}

/** Never fails: the next check takes longer without. */
export async function keepChecked(what: Checked, place: KeptPlace, checked: CheckedConfig): Promise<void> {
  const key = keyOf(what);
  if (key === undefined) return;
  const entry: Entry = { key, checked: toWritten(checked) };
  await keepEntry({ kind: 'checked', file: what.file }, place, JSON.stringify(entry)).catch(() => undefined);
}

function toWritten({ config, needed }: CheckedConfig): Written {
  const { services, hypervisors, ...rest } = config;
  return { config: rest, services: [...services], hypervisors: [...hypervisors], needed };
}

function fromWritten({ config, services, hypervisors, needed }: Written): CheckedConfig {
  return { config: { ...config, services: new Map(services), hypervisors: new Map(hypervisors) }, needed };
}

/** The rules of a module of mkve: the build names its chunks by what is in them and in all that they load. */
export function rulesOf(url: string): string | undefined {
  return /-[\w-]{8}\.js$/.test(url) ? url : undefined;
}

function keyOf({ exported, file, rules }: Checked): Digest | undefined {
  if (rules === undefined || !isPlain(exported, 0)) return undefined;
  return digestOf(JSON.stringify([rules, process.versions.node, file, exported]));
}

const DEEPEST = 32;

/**
 * Whether JSON says all of a value, in one way: nothing in it computes, and nothing that JSON leaves out or changes.
 * @param depth how deep it lies in another; what holds itself has no end
 */
function isPlain(value: unknown, depth: number): boolean {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true;
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value !== 'object' || isProxy(value) || depth > DEEPEST) return false;
  const isArray = Array.isArray(value);
  if (Object.getPrototypeOf(value) !== (isArray ? Array.prototype : Object.prototype)) return false;
  const keys = Reflect.ownKeys(value).filter((key) => !(isArray && key === 'length'));
  if (isArray && (keys.length !== value.length || !keys.every(isIndex))) return false;
  return keys.every((key) => {
    const found = Reflect.getOwnPropertyDescriptor(value, key);
    return (
      typeof key === 'string' &&
      found?.enumerable === true &&
      'value' in found &&
      isPlain(found.value, depth + 1)
    );
  });
}

function isIndex(key: string | symbol): boolean {
  return typeof key === 'string' && /^\d+$/.test(key);
}
