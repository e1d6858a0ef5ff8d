import { err, ok, type Result } from '../../base/index.js';
import type { Failure } from '../../report/index.js';

/** The only operand of commands that work on one bundle. */
export function oneFile(operands: readonly string[]): Result<string, Failure> {
  const [file, ...more] = operands;
  if (file !== undefined && more.length === 0) return ok(file);
  const message = file === undefined ? 'no bundle is given' : `expected one bundle, found ${operands.length}`;
  return err({ kind: 'usage-wrong', message, hint: 'name one .bun file' });
}
