const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** `3 hours ago`. @param ms milliseconds */
export function age(ms: number): string {
  for (const [name, length] of UNITS) {
    const number = Math.floor(ms / length);
    if (number >= 1) return `${number} ${name}${number === 1 ? '' : 's'} ago`;
  }
  return 'just now';
}
