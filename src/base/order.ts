/**
 * Orders strings by UTF-16 code units: the same on every machine and in every locale, unlike `localeCompare`.
 * For byte strings (one code unit a byte) this is the order of the bytes.
 */
export function compareCodeUnits(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
