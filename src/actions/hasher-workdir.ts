import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { digestOf, err, hexOf, messageOf, ok, type Result } from '../base/index.js';
import type { RunContext } from '../engine/index.js';
import type { HasherSource } from '../graph/index.js';
import {
  type HasherCommand,
  hasherAptConf,
  hasherFailure,
  removeChroot,
  workdirFault,
} from '../packages/index.js';
import type { Failure } from '../report/index.js';
import { KeyLock } from '../store/index.js';
import type { ActionDeps } from './kind.js';
import { runHasher } from './run-hasher.js';

type Context = Pick<RunContext, 'output' | 'signal'>;

/** A workdir of hasher's while nobody else of ours uses it. */
export class HasherWorkdir {
  readonly source: HasherSource;
  readonly #context: Context;
  readonly #path: string;
  /** Whether a chroot in it may be ours: somebody else's must not be removed. */
  #hasChroot = false;

  private constructor(source: HasherSource, context: Context, path: string) {
    this.source = source;
    this.#context = context;
    this.#path = path;
  }

  /**
   * Waits until no other step works in it, then lets `use` do so. Whatever came of that, a chroot that it made goes: after
   * a failure or a kill it must not be used again, and after a success nobody needs it.
   */
  static async using<T>(
    source: HasherSource,
    { context, deps }: { readonly context: Context; readonly deps: ActionDeps },
    use: (workdir: HasherWorkdir) => Promise<Result<T, Failure>>,
  ): Promise<Result<T, Failure>> {
    const place = usablePlace(source, deps);
    if (!place.ok) return place;
    const lock = new KeyLock(join(deps.store.root, 'locks'));
    const name = `hasher-${hexOf(digestOf(place.value)).slice(0, 16)}`;
    let release: () => Promise<void>;
    try {
      release = await lock.acquire(name, { signal: context.signal });
    } catch {
      return err({ kind: 'cancelled' });
    }
    const path = deps.environment['PATH'] ?? '/usr/bin:/bin';
    const workdir = new HasherWorkdir({ ...source, workdir: place.value }, context, path);
    try {
      return await use(workdir);
    } finally {
      if (workdir.#hasChroot) await workdir.#removeChroot();
      await release();
    }
  }

  /** Runs a command to its end; with `stdout`, what it writes there goes into that new file. */
  async run(command: HasherCommand, stdout?: string): Promise<Result<void, Failure>> {
    const { output, signal } = this.#context;
    const ended = await runHasher(command, {
      path: this.#path,
      onOutput: output,
      signal,
      ...(stdout === undefined ? {} : { stdout }),
    });
    const isRefused = ended !== 'not-found' && /already locked by pid=/.test(ended.said);
    if (command.argv[0] === 'hsh' && !isRefused) this.#hasChroot = true;
    if (signal.aborted) return err({ kind: 'cancelled' });
    if (ended === 'not-found') return err({ kind: 'host-lacks', needs: [needOf(command.argv[0])] });
    if ('status' in ended.ending && ended.ending.status === 0) return ok(undefined);
    return err(hasherFailure(command, ended.ending, ended.said));
  }

  /** mkaptbox makes it anew; it is the caller's own. */
  async removeAptbox(): Promise<void> {
    await rm(join(this.source.workdir, 'aptbox'), { recursive: true, force: true });
  }

  get lists(): string {
    return join(this.source.workdir, 'aptbox/var/lib/apt/lists');
  }

  /** Not stopped by the build's own signal: it is what has to be done after that. */
  async #removeChroot(): Promise<void> {
    const { output } = this.#context;
    await runHasher(removeChroot(this.source), { path: this.#path, onOutput: output, signal: undefined });
  }
}

/** The apt configuration for hasher in a staging directory; nothing where the host's own is meant. */
export async function writeAptConfig(source: HasherSource, staging: string): Promise<string | undefined> {
  if (source.repositories === undefined) return undefined;
  const sources = join(staging, 'sources.list');
  const config = join(staging, 'apt.conf');
  await writeFile(sources, source.repositories.map((line) => `${line}\n`).join(''));
  await writeFile(config, hasherAptConf(sources));
  return config;
}

/** The canonical path of the workdir. Every command gets it, and hasher itself would take ~/hasher for a missing one. */
function usablePlace({ workdir }: HasherSource, { writer }: ActionDeps): Result<string, Failure> {
  const unable = (detail: string, hint: string): Result<never, Failure> =>
    err({ kind: 'backend-unable', backend: 'hasher', detail, hint });
  if (writer !== undefined)
    return unable('root may not use hasher', 'run mkve as the user that hasher-useradd was called for');
  try {
    const path = realpathSync(workdir);
    const fault = workdirFault(path);
    if (fault !== undefined) return unable(`${path} can be no workdir: ${fault}`, 'name another one');
    accessSync(path, constants.W_OK | constants.X_OK);
    if (!statSync(path).isDirectory()) return unable(`${path} is not a directory`, 'name another one');
    return ok(path);
  } catch (thrown) {
    return unable(`the workdir cannot be used: ${messageOf(thrown)}`, `make it with: mkdir -p ${workdir}`);
  }
}

function needOf(program: string) {
  return { what: program, why: 'makes root file systems of ALT Linux', remedy: 'apt-get install hasher' };
}
