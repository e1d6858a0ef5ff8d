import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';

import { compareCodeUnits } from '../base/index.js';

/** mkve's own modules and what is installed for it alone: they change with mkve and not with the mkvefile. */
const OWN = [new URL('../', import.meta.url), new URL('../../node_modules/', import.meta.url)].map((url) =>
  fileURLToPath(url),
);

/** The files among the URLs that tsx reported, without Node's builtins and mkve's own, sorted. */
export function readsOf(file: string, urls: readonly string[]): readonly string[] {
  const files = urls.filter((url) => url.startsWith('file:')).map((url) => fileURLToPath(withoutQuery(url)));
  const foreign = files.filter((path) => !OWN.some((directory) => path.startsWith(directory)));
  return [...new Set([file, ...foreign])].sort(compareCodeUnits);
}

/** A path as messages show it: from the mkvefile's directory on, where it lies inside. */
export function shownPath(path: string, directory: string): string {
  const prefix = directory.endsWith(sep) ? directory : `${directory}${sep}`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : path;
}

function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/s, '');
}
