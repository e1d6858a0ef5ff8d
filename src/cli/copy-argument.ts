import { basename, isAbsolute, resolve } from 'node:path';

import { err, ok, type Result } from '../base/index.js';
import type { CopyDestination } from '../graph/index.js';
import type { Failure } from '../report/index.js';
import { byteString } from '../tree/index.js';

export interface CopyArgument {
  /** Absolute path on the host. */
  readonly source: string;
  /** Under which it goes into a directory. */
  readonly name: string;
  readonly destination: CopyDestination;
}

/**
 * Reads `SRC[:DEST]`. The first colon parts the two; `\:` is a colon of SRC.
 * @param cwd absolute: what a relative SRC starts from
 */
export function readCopyArgument(text: string, cwd: string): Result<CopyArgument, Failure> {
  const [, written = '', destination] = /^((?:\\:|[^:])*)(?::(.*))?$/s.exec(text) ?? [];
  const source = written.replaceAll('\\:', ':');
  if (source === '') return wrong(text, 'SRC is missing', 'write --copy SRC:DEST');
  const path = resolve(cwd, source);
  const isContent = /(?:^|\/)\.{1,2}$/.test(source);
  const common = { source: path, name: basename(path) };
  if (destination === undefined) {
    if (isAbsolute(source)) return ok({ ...common, destination: { path: byteString(path), place: 'at' } });
    return wrong(text, 'a relative SRC needs a DEST', `write where it goes: --copy ${text}:/etc/`);
  }
  if (!destination.startsWith('/')) {
    const hint = `write --copy ${written}:/${destination}`;
    return wrong(text, `DEST is a path inside and begins with '/', found '${destination}'`, hint);
  }
  const place = isContent ? 'at' : /\/\.?$/.test(destination) ? 'into' : 'auto';
  return ok({ ...common, destination: { path: byteString(destination), place } });
}

function wrong(text: string, message: string, hint: string): Result<never, Failure> {
  return err({ kind: 'usage-wrong', message: `--copy ${text}: ${message}`, hint });
}
