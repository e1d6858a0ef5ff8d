import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import { err, ok, type Result } from '../../base/index.js';
import type { Failure } from '../../report/index.js';

const DEFAULT_FILE = 'hook-draft';

/** Where a draft goes. Asked before the shell opens, since nobody should lose what was done in it. */
export function draftFile(written: string, cwd: string): Result<string, Failure> {
  const file = resolve(cwd, written === '' ? DEFAULT_FILE : written);
  if (existsSync(file)) return wrong(`${file} is there already`, 'name another file: --keep=FILE');
  const isIn = statSync(dirname(file), { throwIfNoEntry: false })?.isDirectory() === true;
  return isIn ? ok(file) : wrong(`there is no directory ${dirname(file)}`, 'name another file: --keep=FILE');
}

function wrong(message: string, hint: string): Result<never, Failure> {
  return err({ kind: 'usage-wrong', message: `keep: ${message}`, hint });
}
