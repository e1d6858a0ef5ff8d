import { resolve } from 'node:path';

import { err, ok, type Result } from '../base/index.js';
import { findMkvefile, type LoadedConfig, loadMkvefile } from '../mkvefile/index.js';
import type { Failure } from '../report/index.js';
import { keptPlace } from './host.js';
import type { Command } from './main.js';
import { lastOf, type ParsedOptions } from './options/index.js';
import { openSession, type Session } from './session.js';

/**
 * Opens the store that the mkvefile here or above names, or without one the user's own. Templates are not read: a store
 * can be looked after whatever is wrong with them.
 */
export async function openStoreOf(
  { host, signal }: Command,
  options: ParsedOptions<'file'>,
): Promise<Result<Session, Failure>> {
  const named = lastOf(options, 'file');
  const file = named === undefined ? await findMkvefile(host.cwd) : resolve(host.cwd, named);
  let cache: LoadedConfig['cache'] = {};
  if (file !== undefined) {
    const loaded = await loadMkvefile({ file, signal, kept: keptPlace(host) });
    if (!loaded.ok) return err(loaded.error.failure);
    cache = loaded.value.config.cache;
  }
  const session = await openSession({
    host,
    cacheDirectory: cache.directory,
    cacheLimit: cache.maxBytes,
    scope: file ?? 'mkve cache',
    lineages: new Map(),
    jobs: 1,
    signing: 'none',
  });
  return session.ok ? ok(session.value) : session;
}
