import type { CanonicalValue } from '../base/index.js';
import type { Difference } from '../report/index.js';

/** Compares the very documents whose digests are the keys, so the explanation cannot drift from the key. */
export function explainDifference(before: string, after: string): readonly Difference[] {
  return [...compare('', JSON.parse(before) as CanonicalValue, JSON.parse(after) as CanonicalValue)];
}

function* compare(
  path: string,
  before: CanonicalValue | undefined,
  after: CanonicalValue | undefined,
): Generator<Difference> {
  if (JSON.stringify(before) === JSON.stringify(after)) return;
  if (isRecord(before) && isRecord(after)) {
    // Maps, since a record also answers to `constructor`.
    const [had, has] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
    for (const key of new Set([...had.keys(), ...has.keys()])) {
      const inner = path === '' || path === 'inputs' ? key : `${path}.${key}`;
      yield* compare(inner, had.get(key), has.get(key));
    }
    return;
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    yield { path, ...listDifference(before, after) };
    return;
  }
  yield { path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}

function listDifference(before: readonly CanonicalValue[], after: readonly CanonicalValue[]) {
  const had = new Set(before.map((value) => JSON.stringify(value)));
  const has = new Set(after.map((value) => JSON.stringify(value)));
  return {
    added: after.filter((value) => !had.has(JSON.stringify(value))),
    removed: before.filter((value) => !has.has(JSON.stringify(value))),
  };
}

function isRecord(
  value: CanonicalValue | undefined,
): value is { readonly [key: string]: CanonicalValue | undefined } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
