/**
 * The version of all that `--json` prints: docs/events.schema.json. It goes up when a field changes its meaning or
 * goes; new fields and new types of objects may come without.
 */
export const EVENT_FORMAT = 1;

/**
 * One object as a line. GitHub's runner obeys `##[` anywhere in a line, so an escape of JSON stands for its last
 * character: readers see no difference.
 */
export function jsonLine<T extends { readonly type: string }>(object: T): string {
  return JSON.stringify(object).replaceAll('##[', '##\\u005b');
}

/** An object that stands for itself and not for an event of a build: with the version. */
export function jsonRecord<T extends { readonly type: string }>({ type, ...fields }: T): string {
  return jsonLine({ type, format: EVENT_FORMAT, ...fields });
}
