const CELLS = 20;

/**
 * `[#########-----------]  45%`. Signs of ASCII, since box-drawing ones are two cells wide on some terminals.
 * @param part from 0 to 1; what lies outside is taken for the nearer one
 */
export function progressBar(part: number): string {
  const within = Math.min(1, Math.max(0, part));
  const full = Math.floor(within * CELLS);
  const percent = `${Math.floor(within * 100)}%`.padStart(4);
  return `[${'#'.repeat(full)}${'-'.repeat(CELLS - full)}] ${percent}`;
}
