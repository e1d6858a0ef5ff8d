import { compareCodeUnits } from '../base/index.js';
import type { ByteString } from './byte-string.js';

/** The root directory itself. */
export const ROOT = '' as ByteString;

export function joinPath(directory: ByteString, name: ByteString): ByteString {
  return (directory === '' ? name : `${directory}/${name}`) as ByteString;
}

/** The names from the root down; none for the root. */
export function partsOf(path: ByteString): readonly ByteString[] {
  return path === '' ? [] : (path.split('/') as ByteString[]);
}

/**
 * Orders paths as a walk meets them: a directory, then what is in it, siblings by the bytes of their names. A plain
 * comparison of the whole strings would put `a.b` between `a` and `a/c`.
 */
export function compareWalkOrder(a: ByteString, b: ByteString): number {
  const left = partsOf(a);
  const right = partsOf(b);
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = compareCodeUnits(left[i] ?? '', right[i] ?? '');
    if (order !== 0) return order;
  }
  return left.length - right.length;
}
