import { accessSync, constants, statSync } from 'node:fs';

/** Whether a path is a file that may be run. */
export function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    // Missing, or in a directory that this user may not enter.
    return false;
  }
}
