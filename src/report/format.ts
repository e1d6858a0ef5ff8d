/** `0.31 s`, `12.4 s`, `3 min 05 s`. @param ms milliseconds */
export function formatDuration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** `812 B`, `4.2 kB`, `61.5 MB`: powers of ten, as disks and downloads are measured. */
export function formatSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return unit === 0 ? `${bytes} B` : `${value.toFixed(1)} ${units[unit]}`;
}

/** `1 step`, `3 steps`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** An argument vector as a line that a shell reads back to the same vector; long ones are shortened. */
export function formatArgv(argv: readonly string[]): string {
  const line = argv.map(quote).join(' ');
  return line.length > MOST_ARGV ? `${line.slice(0, MOST_ARGV)} …` : line;
}

const MOST_ARGV = 600;

function quote(argument: string): string {
  if (/^[\w@%+=:,./-]+$/.test(argument)) return argument;
  return `'${argument.replaceAll("'", "'\\''")}'`;
}
