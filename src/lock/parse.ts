import { type CanonicalValue, err, isDigest, ok, type Result } from '../base/index.js';
import type { ExactPackage } from '../graph/index.js';
import type { Problem } from '../report/index.js';
import { LOCK_FORMAT } from './format.js';
import type { Lock, LockedSet, LockedSource } from './model.js';

/** Reads the text of a lock. Whatever is not as `renderLock` writes it is a mistake: a lock is never half believed. */
export function parseLock(text: string, file: string): Result<Lock, Problem> {
  const conflict = text.split('\n').findIndex((line) => /^(<{7}|={7}|>{7})( |$)/.test(line));
  if (conflict !== -1) return wrong(file, 'has the marks of a merge that was not finished', conflict + 1);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return wrong(file, 'is not JSON', lineOfFault(text));
  }
  try {
    return ok(readLock(value));
  } catch (thrown) {
    if (thrown instanceof Mistake) return wrong(file, thrown.message);
    throw thrown;
  }
}

function wrong(file: string, message: string, line?: number): Result<never, Problem> {
  const hint = 'restore it from version control, or delete it and build: mkve then resolves everything anew';
  return err({ file, message, hint, severity: 'error', ...(line === undefined ? {} : { line }) });
}

/** Where the text stops being JSON: the longest beginning that only breaks off, by lines. */
function lineOfFault(text: string): number | undefined {
  const position = /position (\d+)/.exec(faultOf(text))?.[1];
  return position === undefined ? undefined : text.slice(0, Number(position)).split('\n').length;
}

function faultOf(text: string): string {
  try {
    JSON.parse(text);
    return '';
  } catch (thrown) {
    return String(thrown);
  }
}

/** Thrown within this file only, so that a reader can be an expression. */
class Mistake extends Error {}

/** A value and where it stands: `sources[0].sets[1].packages`. */
interface Place {
  readonly value: unknown;
  readonly path: string;
}

function readLock(value: unknown): Lock {
  const root = fieldsOf({ value, path: '' }, ['format', 'sources']);
  const format = root.get('format');
  if (typeof format?.value === 'number' && format.value > LOCK_FORMAT)
    throw new Mistake(
      `has format ${format.value}, and this mkve reads format ${LOCK_FORMAT}: use a newer mkve`,
    );
  if (format?.value !== LOCK_FORMAT) throw mistake(format, 'format', `${LOCK_FORMAT}`);
  return { sources: listOf(root.get('sources'), 'sources').map(readSource) };
}

function readSource(place: Place): LockedSource {
  const fields = fieldsOf(place, ['source', 'snapshot', 'date', 'sets']);
  const snapshot = fields.get('snapshot');
  if (!isDigest(snapshot?.value)) throw mistake(snapshot, `${place.path}.snapshot`, DIGEST);
  const source = fields.get('source');
  if (!isObject(source?.value)) throw mistake(source, `${place.path}.source`, 'an object');
  return {
    source: source.value as CanonicalValue,
    snapshot: snapshot.value,
    date: readDate(fields.get('date'), `${place.path}.date`),
    sets: listOf(fields.get('sets'), `${place.path}.sets`).map(readSet),
  };
}

const DIGEST = 'sha256: and 64 hexadecimal digits';

function readDate(place: Place | undefined, path: string): number {
  const text = stringOf(place, path);
  const seconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) ? Date.parse(text) / 1000 : Number.NaN;
  if (!Number.isSafeInteger(seconds)) throw mistake(place, path, 'a date as 2026-01-31T12:00:00Z');
  return seconds;
}

function readSet(place: Place): LockedSet {
  const fields = fieldsOf(place, ['requested', 'packages'], ['onto']);
  const requested = listOf(fields.get('requested'), `${place.path}.requested`).map((one) =>
    stringOf(one, one.path),
  );
  const packages = listOf(fields.get('packages'), `${place.path}.packages`).map(readPackage);
  const onto = fields.get('onto');
  if (onto === undefined) return { requested, packages };
  if (!isDigest(onto.value)) throw mistake(onto, `${place.path}.onto`, DIGEST);
  return { requested, onto: onto.value, packages };
}

// These become names of files and arguments of programs.
const FORMS = {
  name: [/^[A-Za-z0-9_][A-Za-z0-9+._-]*$/, 'the name of a package'],
  version: [/^[A-Za-z0-9][A-Za-z0-9.+:~^_-]*$/, 'a version'],
  arch: [/^[A-Za-z0-9][A-Za-z0-9_-]*$/, 'an architecture'],
  sha256: [/^[0-9a-f]{64}$/, '64 hexadecimal digits'],
  origin: [/^[A-Za-z][A-Za-z0-9+.-]*:\S+$/, 'a URL'],
} as const satisfies Readonly<Record<string, readonly [RegExp, string]>>;
const PRIORITY = /^[a-z]+$/;
const TEXTS = ['name', 'version', 'arch', 'sha256', 'origin'] as const;

function readPackage(place: Place): ExactPackage {
  const { value } = place;
  // Nearly always right, and every build reads hundreds: what is wrong is looked for only where something is.
  return isPackage(value) ? value : refusePackage(place);
}

function isPackage(value: unknown): value is ExactPackage {
  if (!isObject(value)) return false;
  const { size, priority } = value;
  const fields = priority === undefined ? TEXTS.length + 1 : TEXTS.length + 2;
  return (
    Object.keys(value).length === fields &&
    TEXTS.every((name) => isText(value[name], FORMS[name][0])) &&
    isSize(size) &&
    (priority === undefined || isText(priority, PRIORITY))
  );
}

function refusePackage(place: Place): never {
  const { path } = place;
  const fields = fieldsOf(place, [...TEXTS, 'size'], ['priority']);
  for (const name of TEXTS) {
    const [form, expected] = FORMS[name];
    if (!isText(fields.get(name)?.value, form)) throw mistake(fields.get(name), `${path}.${name}`, expected);
  }
  const size = fields.get('size');
  if (!isSize(size?.value)) throw mistake(size, `${path}.size`, 'a number of bytes');
  throw mistake(fields.get('priority'), `${path}.priority`, 'a priority');
}

function isText(value: unknown, form: RegExp): value is string {
  return typeof value === 'string' && form.test(value);
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function fieldsOf(
  { value, path }: Place,
  required: readonly string[],
  optional: readonly string[] = [],
): ReadonlyMap<string, Place> {
  if (!isObject(value)) throw mistake({ value, path }, path === '' ? 'the file' : path, 'an object');
  const inner = (name: string) => (path === '' ? name : `${path}.${name}`);
  const strange = Object.keys(value).find((name) => ![...required, ...optional].includes(name));
  if (strange !== undefined) throw new Mistake(`${inner(strange)}: no field has this name`);
  return new Map(Object.entries(value).map(([name, one]) => [name, { value: one, path: inner(name) }]));
}

function listOf(place: Place | undefined, path: string): readonly Place[] {
  const value = place?.value;
  if (!Array.isArray(value)) throw mistake(place, path, 'a list');
  return value.map((one: unknown, index) => ({ value: one, path: `${path}[${index}]` }));
}

function stringOf(place: Place | undefined, path: string): string {
  if (typeof place?.value !== 'string') throw mistake(place, path, 'text');
  return place.value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mistake(place: Place | undefined, path: string, expected: string): Mistake {
  const found = place === undefined ? 'nothing' : JSON.stringify(place.value).slice(0, 80);
  return new Mistake(`${path}: expected ${expected}, found ${found}`);
}
