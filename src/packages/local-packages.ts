import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { compareCodeUnits, digestOf, err, messageOf, ok, type Result } from '../base/index.js';
import type { LocalPackage } from '../graph/index.js';
import type { Failure } from '../report/index.js';

/** The package files of the author's own directories, not of those below them. An empty directory is a mistake. */
export function readLocalPackages(
  directories: readonly string[],
  extension: '.deb' | '.rpm',
): Result<readonly LocalPackage[], Failure> {
  const packages: LocalPackage[] = [];
  for (const directory of directories) {
    try {
      const names = readdirSync(directory)
        .filter((name) => name.endsWith(extension) && !name.endsWith('.src.rpm'))
        .sort(compareCodeUnits);
      if (names.length === 0) {
        const message = `the directory ${directory} holds no ${extension} files`;
        return err({ kind: 'usage-wrong', message, hint: 'put packages there, or do not name it' });
      }
      for (const name of names) {
        const file = join(directory, name);
        const bytes = readFileSync(file);
        packages.push({ file, digest: digestOf(bytes), size: bytes.length });
      }
    } catch (thrown) {
      return err({ kind: 'input-unreadable', file: directory, detail: messageOf(thrown) });
    }
  }
  return ok(packages);
}
