import { statSync } from 'node:fs';
import { resolve } from 'node:path';

import { type FSWatcher, watch } from 'chokidar';

import { hasErrorCode, messageOf } from '../base/index.js';
import type { FileListener, FileSource, WatchLimit } from './file-source.js';
import { type KindOf, type Places, placesOf } from './places.js';

interface Armed {
  readonly watcher: FSWatcher;
  /** Device and inode: a directory that was moved away and another one put in its place is not the same. */
  readonly identity: string;
}

/**
 * The file system, watched by chokidar: each directory on its own, not what is below it. Taken are chokidar's raw
 * events: the others compare times, and so miss that a hook became executable, or an older file put in its place.
 */
export class ChokidarFileSource implements FileSource {
  readonly #listener: FileListener;
  readonly #armed = new Map<string, Armed>();
  #places: Places = placesOf([], () => 'missing');

  constructor(listener: FileListener) {
    this.#listener = listener;
  }

  async watch(reads: Iterable<string>): Promise<'armed' | 'unchanged'> {
    const kinds = new Map<string, ReturnType<KindOf>>();
    this.#places = placesOf(reads, (path) => {
      const kind = kinds.get(path) ?? kindOf(path);
      kinds.set(path, kind);
      return kind;
    });
    const wanted = this.#places.directories;
    const stale = [...this.#armed].filter(
      ([path, { identity }]) => !wanted.has(path) || identityOf(path) !== identity,
    );
    for (const [path] of stale) this.#armed.delete(path);
    await Promise.all(stale.map(([, { watcher }]) => watcher.close()));
    const fresh = [...wanted.keys()].filter((path) => !this.#armed.has(path));
    await Promise.all(fresh.map((path) => this.#arm(path)));
    return fresh.length > 0 ? 'armed' : 'unchanged';
  }

  async close(): Promise<void> {
    await Promise.all([...this.#armed.values()].map(({ watcher }) => watcher.close()));
    this.#armed.clear();
  }

  #arm(directory: string): Promise<void> {
    const identity = identityOf(directory);
    if (identity === undefined) return Promise.resolve();
    const watcher = watch(directory, {
      depth: 0,
      ignored: (path) => path !== directory,
      ignoreInitial: true,
      atomic: false,
    });
    this.#armed.set(directory, { watcher, identity });
    watcher.on('raw', (_event, name) => this.#tell(directory, name));
    watcher.on('error', (error) => this.#listener.failed(limitOf(error)));
    return new Promise((ready) => watcher.once('ready', () => ready()));
  }

  /** The kernel names the entry, or the directory itself by its last part when that moves or goes. */
  #tell(directory: string, name: string | undefined): void {
    const path = name === undefined ? directory : resolve(directory, name);
    if (this.#places.isRelevant(path)) this.#listener.changed(path);
    else if (identityOf(directory) === undefined) this.#listener.changed(directory);
  }
}

function kindOf(path: string): ReturnType<KindOf> {
  try {
    return statSync(path).isDirectory() ? 'directory' : 'other';
  } catch {
    return 'missing';
  }
}

function identityOf(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev} ${ino}`;
  } catch {
    return undefined;
  }
}

function limitOf(error: unknown): WatchLimit {
  if (hasErrorCode(error, 'ENOSPC'))
    return {
      message: 'this user may not watch more directories',
      hint: 'raise the limit: sysctl fs.inotify.max_user_watches=524288',
    };
  if (hasErrorCode(error, 'EMFILE', 'ENFILE'))
    return {
      message: 'this user may not watch with more processes',
      hint: 'raise the limit: sysctl fs.inotify.max_user_instances=512',
    };
  return {
    message: `the file system cannot be watched: ${messageOf(error)}`,
    hint: 'mkve build builds once',
  };
}
