import { checkSection, type Given } from './check.js';
import { defined } from './defined.js';
import type { Draft } from './draft.js';
import type { LoadedTemplate } from './loaded.js';
import { packShape } from './shapes.js';

/** gzip(1) and zstd(1). */
const HIGHEST_LEVEL = { 'tar.gz': 9, 'tar.zst': 22 } as const;

/** How the root file systems of a template are packed, where it says so. */
export function checkPack(given: Given, draft: Draft): Pick<LoadedTemplate, 'pack'> {
  if (given.value === undefined) return {};
  const checked = checkSection(packShape, given, draft.complain);
  if (checked === undefined) return {};
  const { format, level } = checked;
  const complain = (message: string) => draft.complain([...given.path, 'level'], message);
  if (level !== undefined && format === undefined)
    complain('expected a format beside it: each has levels of its own');
  else if (level !== undefined && format === 'tar')
    complain('a plain tar is not compressed and has no level');
  else if (level !== undefined && format !== undefined && format !== 'tar' && level > HIGHEST_LEVEL[format])
    complain(`expected a whole number from 1 to ${HIGHEST_LEVEL[format]} for ${format}, found ${level}`);
  return { pack: defined({ format, level }) };
}
