import type { ParsedOptions } from './getopt.js';

/** Whether the option was given at all. */
export function has<Name extends string>(parsed: ParsedOptions<Name>, name: NoInfer<Name>): boolean {
  return parsed.values[name] !== undefined;
}

/** The value that counts of an option that is not repeatable: the last one. Absent when it was not given. */
export function lastOf<Name extends string>(
  parsed: ParsedOptions<Name>,
  name: NoInfer<Name>,
): string | undefined {
  return parsed.values[name]?.at(-1);
}

/** Every value, in the order given. */
export function allOf<Name extends string>(
  parsed: ParsedOptions<Name>,
  name: NoInfer<Name>,
): readonly string[] {
  return parsed.values[name] ?? [];
}
