import { bug } from './bug.js';

/** What a canonical document may hold. `undefined` properties are left out, as `JSON.stringify` does. */
export type CanonicalValue =
  | null
  | boolean
  | number
  | string
  | readonly CanonicalValue[]
  | { readonly [key: string]: CanonicalValue | undefined };

/**
 * Writes a value as JSON in one way only: object keys in code-unit order, lists as they are, no white space.
 * Only integers that JavaScript holds exactly are allowed, because other numbers have more than one spelling.
 */
export function canonicalJson(value: CanonicalValue): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) bug(`canonical JSON holds safe integers only, not ${value}`);
    return Object.is(value, -0) ? '0' : String(value);
  }
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  return canonicalObject(value);
}

function canonicalObject(value: { readonly [key: string]: CanonicalValue | undefined }): string {
  let members = '';
  // Without a function to compare with, sort() goes by code units (ECMA-262, SortCompare), and several times as fast.
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member === undefined) continue;
    members += `${members === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(member)}`;
  }
  return `{${members}}`;
}

// Array.isArray does not narrow readonly arrays away from the object case.
function isList(value: CanonicalValue): value is readonly CanonicalValue[] {
  return Array.isArray(value);
}
