/** The first thing that looks like a version: `6.18.44-rc1`, `2.6.1`, `5.2.15`. */
export function versionIn(text: string): string | undefined {
  return /\d+(?:\.\d+)+(?:[-+~.]?\w+)*/.exec(text)?.[0];
}

/** Compares by the numbers between the dots, as far as `least` goes. */
export function isAtLeast(version: string, least: string): boolean {
  const have = numbersIn(version);
  for (const [index, wanted] of numbersIn(least).entries()) {
    const number = have[index] ?? 0;
    if (number !== wanted) return number > wanted;
  }
  return true;
}

function numbersIn(version: string): readonly number[] {
  return (/^\d+(?:\.\d+)*/.exec(version)?.[0] ?? '').split('.').map(Number);
}
