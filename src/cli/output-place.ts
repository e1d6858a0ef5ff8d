import { lstatSync } from 'node:fs';

import type { Failure } from '../report/index.js';

/**
 * What stands where a file is to be written and must not be replaced. The file is given its name by rename, which
 * would put it in the place of a device or a FIFO, too.
 */
export function outputFault(path: string): Failure | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.isFile() || found.isSymbolicLink()) return undefined;
  const what = found.isDirectory() ? 'a directory' : 'no regular file';
  return { kind: 'usage-wrong', message: `output: ${path} is ${what}`, hint: 'name a file' };
}
