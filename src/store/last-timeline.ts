import { join } from 'node:path';

import { digestOf, hexOf } from '../base/index.js';
import { publishEntry } from './publish-entry.js';
import { readEntryText } from './read-entry.js';

/** A step that was at work in a build. Times are milliseconds since the build began. */
export interface TimelineRun {
  readonly step: string;
  readonly kind: string;
  readonly how: 'ran' | 'failed' | 'cancelled';
  readonly pool: string;
  /** From 1 on: two runs of a pool with equal numbers never overlap. */
  readonly slot: number;
  readonly startMs: number;
  readonly endMs: number;
}

/** A step of a build that never was at work. */
export interface TimelineRest {
  readonly step: string;
  readonly kind: string;
  /** `failed`: it had failed before with the same key, and was not run again. */
  readonly how: 'cached' | 'failed' | 'skipped' | 'cancelled';
  /** How long a cached step took when it ran. */
  readonly savedMs?: number;
}

/** What ran when in one build. */
export interface Timeline {
  readonly targets: readonly string[];
  readonly jobs: number;
  readonly durationMs: number;
  /** By start. */
  readonly runs: readonly TimelineRun[];
  readonly rest: readonly TimelineRest[];
}

/** A timeline with the time at which it was kept, in milliseconds since 1970: the end of its build. */
export type KeptTimeline = Timeline & { readonly endedAt: number };

/** Goes up when a field changes its meaning or goes; other versions are read as nothing. */
const FORMAT = 1;

/**
 * `last/SCOPE-timeline.json`: the timeline of the last build of one project that ran anything. It helps people only:
 * losing it costs nothing else.
 */
export class LastTimeline {
  readonly #path: string;
  readonly #date: () => number;

  /**
   * @param scope as for `LastRuns`
   * @param date milliseconds since 1970
   */
  constructor(directory: string, scope: string, date: () => number) {
    this.#path = join(directory, `${hexOf(digestOf(scope)).slice(0, 24)}-timeline.json`);
    this.#date = date;
  }

  async get(): Promise<KeptTimeline | undefined> {
    try {
      const { format, ...kept } = JSON.parse(await readEntryText(this.#path)) as KeptTimeline & {
        readonly format: number;
      };
      const isWhole = Array.isArray(kept.runs) && Array.isArray(kept.rest) && Number.isFinite(kept.endedAt);
      return format === FORMAT && isWhole ? kept : undefined;
    } catch {
      return undefined;
    }
  }

  async save(timeline: Timeline): Promise<void> {
    await publishEntry(this.#path, JSON.stringify({ format: FORMAT, ...timeline, endedAt: this.#date() }));
  }
}
