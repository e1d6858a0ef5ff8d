import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { type Digest, digestOf, hexOf, publishFile } from '../base/index.js';

/** How a step fared when it last ran or was last found in the cache. */
export interface LastRun {
  readonly key: Digest;
  /** The canonical action document. */
  readonly action: string;
  readonly outcome: 'done' | 'failed';
  readonly durationMs: number;
  readonly log?: Digest;
  /** What `explain` compares with once this run has become the last one. */
  readonly previous?: { readonly key: Digest; readonly action: string };
}

/**
 * `last/SCOPE.json`: the last run of every step of one project, for `explain`, `log` and estimates of durations. It
 * helps people only: losing it costs no build its correctness.
 */
export class LastRuns {
  readonly #path: string;
  /** The promise and not the map, so that steps that end at once do not each get a map of their own. */
  #runs: Promise<Map<string, LastRun>> | undefined;
  #changed = false;

  /** @param scope what tells projects apart, such as the path of the mkvefile */
  constructor(directory: string, scope: string) {
    this.#path = join(directory, `${hexOf(digestOf(scope)).slice(0, 24)}.json`);
  }

  async get(step: string): Promise<LastRun | undefined> {
    return (await this.#load()).get(step);
  }

  async set(step: string, run: Omit<LastRun, 'previous'>): Promise<void> {
    const runs = await this.#load();
    const before = runs.get(step);
    if (before?.key === run.key && before.outcome === run.outcome && before.log === run.log) return;
    const previous = before?.key === run.key ? before.previous : before;
    runs.set(
      step,
      previous === undefined ? run : { ...run, previous: { key: previous.key, action: previous.action } },
    );
    this.#changed = true;
  }

  async steps(): Promise<readonly string[]> {
    return [...(await this.#load()).keys()];
  }

  /** Writes to disk what was set; nothing when nothing changed. */
  async save(): Promise<void> {
    if (!this.#changed) return;
    this.#changed = false;
    await publishFile(this.#path, JSON.stringify(Object.fromEntries(await this.#load())));
  }

  async #load(): Promise<Map<string, LastRun>> {
    this.#runs ??= readRuns(this.#path);
    return this.#runs;
  }
}

async function readRuns(path: string): Promise<Map<string, LastRun>> {
  try {
    return new Map(Object.entries(JSON.parse(await readFile(path, 'utf8')) as Record<string, LastRun>));
  } catch {
    return new Map();
  }
}
