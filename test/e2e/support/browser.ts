import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

/** What keeps Chromium from asking anybody for anything. */
export const QUIET = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/**
 * Opens a page of this machine in a real browser, lets its scripts run, and gives the document as it is then.
 * @param fragment what follows the `#`
 */
export async function documentOf(file: string, fragment = ''): Promise<Page> {
  const profile = mkdtempSync(join(tmpdir(), 'mkve-browser-'));
  const url = pathToFileURL(file);
  url.hash = fragment;
  const argv = [...QUIET, `--user-data-dir=${profile}`, '--dump-dom', url.href];
  try {
    const { stdout } = await promisify(execFile)('chromium', argv, { maxBuffer: 64 << 20, timeout: 120_000 });
    return new Page(stdout);
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A document as the browser wrote it out. */
export class Page {
  readonly html: string;

  constructor(html: string) {
    this.html = html;
  }

  /** The text of the first element with this id; undefined where there is none. */
  text(id: string): string | undefined {
    const found = new RegExp(`<(\\w+)\\b[^>]* id="${id}"[^>]*>(.*?)</\\1>`, 's').exec(this.html);
    return found === null ? undefined : plain(found[2] ?? '');
  }

  /** The values that an attribute has on the elements of a class, in the order of the document. */
  attributes(className: string, name: string): readonly string[] {
    const tags = this.html.matchAll(/<\w+\b((?:\s+[\w-]+(?:="[^"]*")?)*)\s*>/g);
    return [...tags].flatMap(([, attributes = '']) => {
      const read = (one: string) => new RegExp(`(?:^|\\s)${one}="([^"]*)"`).exec(attributes)?.[1];
      const value = read(name);
      return read('class')?.split(' ').includes(className) && value !== undefined ? [plain(value)] : [];
    });
  }
}

function plain(html: string): string {
  const entities: Readonly<Record<string, string>> = {
    lt: '<',
    gt: '>',
    quot: '"',
    amp: '&',
    nbsp: '\u00a0',
  };
  return html.replace(/<[^>]*>/g, '').replace(/&(\w+);/g, (whole, name: string) => entities[name] ?? whole);
}
