/** Reports a broken invariant of mkve itself. The command line turns it into a request to report the bug. */
export function bug(what: string): never {
  throw new Error(`BUG: ${what}`);
}

/** Ends every switch over a closed union, so that adding a case makes the compiler name the places to edit. */
export function assertNever(value: never): never {
  return bug(`unexpected case ${JSON.stringify(value)}`);
}
