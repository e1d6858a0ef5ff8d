/** True when a thrown value is a system error with this code (`ENOENT`, `EEXIST`, …). */
export function hasErrorCode(thrown: unknown, ...codes: readonly string[]): boolean {
  return thrown instanceof Error && 'code' in thrown && codes.includes(String(thrown.code));
}

/** The message of whatever was thrown, without a stack. Even of what cannot be made a text: programs of users throw, too. */
export function messageOf(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown);
  } catch {
    return 'a value that is no text';
  }
}
