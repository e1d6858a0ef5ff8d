import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { err, ok, type Result } from '../base/index.js';
import type { Failure } from '../report/index.js';

export const INSTALLED_TEMPLATES = '/usr/share/mkve/templates';

/**
 * The directory of a template that was given as a path or by the name of an installed one. A path to a directory wins.
 * @param where.cwd absolute
 */
export async function locateTemplate(
  template: string,
  where: { readonly cwd: string; readonly installed?: string },
): Promise<Result<string, Failure>> {
  const path = resolve(where.cwd, template);
  const places = [path];
  if (!template.includes('/')) places.push(join(where.installed ?? INSTALLED_TEMPLATES, template));
  for (const place of places) {
    if (await isDirectory(place)) return ok(place);
  }
  const message = `template '${template}' was not found; looked for a directory at ${places.join(' and ')}`;
  return err({
    kind: 'usage-wrong',
    message,
    hint: 'name a template directory, or a template installed there',
  });
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
