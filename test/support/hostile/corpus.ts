import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The corpus: `fixtures/hostile`, whose README.md says what each case is and what is expected. */
export const CORPUS = resolve(import.meta.dirname, '../../../fixtures/hostile');

/** A row of a table of the README, by the heads of its columns. */
export type Row = Readonly<Record<string, string>>;

/** The table below a heading. */
export function tableOf(heading: string): readonly Row[] {
  const text = readFileSync(join(CORPUS, 'README.md'), 'utf8');
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  const [head = [], , ...rows] = (section ?? '')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map(cellsOf);
  if (rows.length === 0) throw new Error(`the README has no table below '${heading}'`);
  return rows.map((cells) => Object.fromEntries(head.map((name, index) => [name, cells[index] ?? ''])));
}

/** The text of a cell; code stands without its marks, and `\|` is a bar. */
function cellsOf(line: string): readonly string[] {
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('\\|', '|').replaceAll('`', ''));
}

/** The cell of a row; a table without that column is a mistake in the corpus. */
export function cellOf(row: Row, column: string): string {
  const cell = row[column];
  if (cell === undefined) throw new Error(`no column '${column}' in ${JSON.stringify(row)}`);
  return cell;
}

/** The expected exit status of a cell. */
export function statusOf(row: Row, column: string): number {
  const status = Number(cellOf(row, column));
  if (!Number.isInteger(status)) throw new Error(`no status in column '${column}' of ${JSON.stringify(row)}`);
  return status;
}
