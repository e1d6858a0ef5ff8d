import { readFileSync } from 'node:fs';

import { digestOf, err, messageOf, ok, type Result } from '../base/index.js';
import type { Keyring } from '../graph/index.js';
import type { Failure } from '../report/index.js';

/** Files of public keys with their digests, by which they enter keys of steps. */
export function readKeyrings(files: readonly string[]): Result<readonly Keyring[], Failure> {
  const keyrings: Keyring[] = [];
  for (const file of files) {
    try {
      keyrings.push({ file, digest: digestOf(readFileSync(file)) });
    } catch (thrown) {
      return err({ kind: 'input-unreadable', file, detail: messageOf(thrown) });
    }
  }
  return ok(keyrings);
}
