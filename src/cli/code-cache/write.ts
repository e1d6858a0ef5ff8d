import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';

import { codeCacheIn, compiled } from './compiled.js';

/**
 * Compiles all chunks of a build and keeps the code beside them. With all their functions, also those that V8 would compile only when
 * they are called: which ones a command calls is not known here.
 *
 * @param joined the directory that the build joined into
 */
export function writeCodeCache(joined: string): void {
  const cache = codeCacheIn(joined);
  mkdirSync(cache, { recursive: true });
  const chunks = join(joined, 'chunks');
  for (const name of readdirSync(chunks).filter((name) => extname(name) === '.js'))
    writeFileSync(join(cache, basename(name)), codeOf(join(chunks, name)));
}

function codeOf(file: string): Buffer {
  setFlagsFromString('--no-lazy');
  const script = compiled(file, readFileSync(file, 'utf8'));
  // Code says with which flags it was made, and is refused with others.
  setFlagsFromString('--lazy');
  return script.createCachedData();
}
