import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { type Digest, hexOf } from '../base/index.js';
import type { StepId } from '../graph/index.js';
import type { Reporter } from '../report/index.js';
import {
  type Collected,
  type LastRuns,
  loadCare,
  publishEntry,
  readEntryText,
  type Store,
  type StoredRecord,
} from '../store/index.js';
import type { WorkerPool } from '../workers/index.js';
import type { StoreLimit } from './store-limit.js';

export interface StoreCareDeps {
  readonly store: Store;
  readonly last: LastRuns;
  readonly workers: Pick<WorkerPool, 'call'>;
  readonly limit: StoreLimit;
  /** Milliseconds since 1970. */
  readonly date: () => number;
}

/** Targets of one project whose results are kept, with the steps that they are made by. */
export interface PinnedTargets {
  /** Absolute. */
  readonly mkvefile: string;
  readonly targets: readonly { readonly name: string; readonly steps: readonly StepId[] }[];
}

export interface CollectOrder {
  readonly extent: 'limit' | 'clear';
  readonly mode: 'collect' | 'look';
  readonly patience: 'wait' | 'leave';
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

/** A collection looks at every file of the store: after a build that takes half a second, not each time. */
const INTERVAL_MS = 3_600_000;

/** Keeps a store within its limit, and what is pinned in it. */
export class StoreCare {
  readonly limit: StoreLimit;
  readonly #deps: StoreCareDeps;
  #pinned: PinnedTargets | undefined;

  constructor(deps: StoreCareDeps) {
    this.limit = deps.limit;
    this.#deps = deps;
  }

  /** Says which targets of the project are pinned; nothing for what builds without an mkvefile. */
  pin(pinned: PinnedTargets): void {
    this.#pinned = pinned;
  }

  /** Notes what the pinned targets are made of now. */
  async savePins(): Promise<void> {
    if (this.#pinned === undefined) return;
    const { store, last } = this.#deps;
    const targets: Record<string, readonly Digest[]> = {};
    for (const { name, steps } of this.#pinned.targets) {
      const runs = await Promise.all(steps.map((step) => last.get(step)));
      targets[name] = runs.flatMap((run) => (run?.outcome === 'done' ? [run.key] : []));
    }
    await store.pins.set({ mkvefile: this.#pinned.mkvefile, targets });
  }

  /** After a build in which something ran: says once how large the store may grow, and collects now and then. */
  async afterBuild(reporter: Reporter, signal: AbortSignal): Promise<void> {
    await this.#sayLimit(reporter);
    if (signal.aborted || !(await this.#isDue())) return;
    const collected = await this.collect({
      extent: 'limit',
      mode: 'collect',
      patience: 'leave',
      signal,
    }).catch((thrown: unknown) => {
      // Ctrl-C after the build: it is built all the same, and the next one collects.
      if (signal.aborted) return undefined;
      throw thrown;
    });
    if (collected === undefined || collected.records.length === 0) return;
    reporter.report({
      type: 'store-collected',
      removedBytes: collected.before - collected.after,
      bytes: collected.after,
      limitBytes: this.limit.bytes,
    });
  }

  async collect(order: CollectOrder): Promise<Collected | undefined> {
    const { store, limit, date } = this.#deps;
    const pinned = await this.pinnedKeys();
    const { collect } = await loadCare();
    const collected = await collect(store, {
      ...order,
      limit: limit.bytes,
      isKept: (record) => isKept(record, pinned),
      emptyDirectory: (path) => this.#emptyDirectory(path),
    });
    if (collected !== undefined && order.mode === 'collect')
      await publishEntry(this.#stampPath, JSON.stringify({ at: date(), bytes: collected.after }));
    return collected;
  }

  /** Hexadecimal keys of what is pinned. Pins of a project whose mkvefile has gone are forgotten. */
  async pinnedKeys(): Promise<ReadonlySet<string>> {
    const keys = new Set<string>();
    for (const pins of await this.#deps.store.pins.all()) {
      if (!existsSync(pins.mkvefile)) await this.#deps.store.pins.forget(pins);
      else for (const key of Object.values(pins.targets).flat()) keys.add(hexOf(key));
    }
    return keys;
  }

  /** Milliseconds since 1970 of the last collection. */
  async lastCollected(): Promise<number | undefined> {
    try {
      const { at } = JSON.parse(await readEntryText(this.#stampPath)) as { readonly at?: unknown };
      return typeof at === 'number' ? at : undefined;
    } catch {
      return undefined;
    }
  }

  async #isDue(): Promise<boolean> {
    const at = await this.lastCollected();
    const now = this.#deps.date();
    // A time to come is that of a clock that was wrong.
    return at === undefined || at > now || now - at >= INTERVAL_MS;
  }

  async #sayLimit(reporter: Reporter): Promise<void> {
    const { store, limit } = this.#deps;
    try {
      await writeFile(join(store.lastDirectory, 'limit-said'), '', { flag: 'wx' });
    } catch {
      return;
    }
    if (limit.from === 'disk')
      reporter.report({ type: 'store-limit', directory: store.root, limitBytes: limit.bytes });
  }

  async #emptyDirectory(path: string): Promise<boolean> {
    const options = { output: () => undefined, signal: new AbortController().signal };
    return (await this.#deps.workers.call('remove-tree', { path }, options)).ok;
  }

  get #stampPath(): string {
    return join(this.#deps.store.lastDirectory, 'collected.json');
  }
}

/**
 * A snapshot of the repositories cannot be made again: without it builds would move to newer packages by themselves. There
 * is one for each set of repositories, since a newer one takes the place of the older.
 */
export function isKept(record: StoredRecord, pinned: ReadonlySet<string>): boolean {
  return record.kind === 'action' && (record.action === 'snapshot' || pinned.has(record.key));
}
