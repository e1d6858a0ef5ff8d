/** Bytes in one unit: powers of 1000 by their SI names, powers of 1024 by their IEC names. */
const UNITS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ['kb', 1000],
  ['mb', 1000 ** 2],
  ['gb', 1000 ** 3],
  ['tb', 1000 ** 4],
  ['kib', 1024],
  ['mib', 1024 ** 2],
  ['gib', 1024 ** 3],
  ['tib', 1024 ** 4],
]);

const SIZE = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i;

/** Reads `20 GB`, `1.5GiB` or a number of bytes; nothing when it is no size, or too large to count. */
export function bytesOf(size: string | number): number | undefined {
  if (typeof size === 'number') return Number.isSafeInteger(size) && size >= 0 ? size : undefined;
  const [, amount, unit] = SIZE.exec(size.trim()) ?? [];
  const factor = UNITS.get((unit ?? '').toLowerCase());
  if (amount === undefined || factor === undefined) return undefined;
  const bytes = Math.round(Number(amount) * factor);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
