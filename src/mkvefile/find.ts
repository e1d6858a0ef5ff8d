import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export const MKVEFILE = 'mkvefile.ts';

/**
 * The mkvefile that applies in a directory: its own, or that of the nearest directory above.
 * @param startDirectory absolute
 */
export async function findMkvefile(startDirectory: string): Promise<string | undefined> {
  const candidate = join(startDirectory, MKVEFILE);
  if (await exists(candidate)) return candidate;
  const parent = dirname(startDirectory);
  return parent === startDirectory ? undefined : findMkvefile(parent);
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    return false;
  }
}
