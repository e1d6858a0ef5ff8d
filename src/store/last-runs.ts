import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { type Digest, digestOf, hexOf, isDigest } from '../base/index.js';
import { publishEntry } from './publish-entry.js';
import { readEntryText } from './read-entry.js';

/** How a step fared when it last ran or was last found in the cache. */
export interface LastRun {
  readonly key: Digest;
  /** The canonical action document. */
  readonly action: string;
  readonly outcome: 'done' | 'failed';
  readonly durationMs: number;
  readonly log?: Digest;
  /** Why it ran, where it did not do so for a change of its action; what changed is seen from `previous`. */
  readonly cause?: 'first-build' | 'forced' | 'failed-before' | 'result-missing';
  /** Steps that ran and left what they had left before, so that this one did not have to. */
  readonly cutoff?: readonly string[];
  /** What `explain` compares with once this run has become the last one. */
  readonly previous?: Pick<LastRun, 'key' | 'action'>;
}

/**
 * The roles that steps play in the targets, by step id: the step that installs the packages of a target has another
 * id whenever their list changes, and yet its history is one.
 */
export type Lineages = ReadonlyMap<string, readonly string[]>;

interface Records {
  readonly runs: Map<string, LastRun>;
  /** Which step played a role the last time. */
  readonly roles: Map<string, string>;
}

/**
 * `last/SCOPE.json`: the last run of every step of one project, for `explain`, `log` and estimates of durations. It
 * helps people only: losing it costs no build its correctness. Without a file it lasts as long as the process.
 */
export class LastRuns {
  readonly #path: string | undefined;
  /** The promise and not the records, so that steps that end at once do not each get records of their own. */
  #records: Promise<Records> | undefined;
  #lineages: Lineages = new Map();
  #changed = false;

  private constructor(path: string | undefined) {
    this.#path = path;
  }

  /** @param scope what tells projects apart, such as the path of the mkvefile */
  static onDisk(directory: string, scope: string): LastRuns {
    return new LastRuns(join(directory, `${hexOf(digestOf(scope)).slice(0, 24)}.json`));
  }

  static inMemory(): LastRuns {
    return new LastRuns(undefined);
  }

  /** Says which roles the steps of the coming builds play. */
  follow(lineages: Lineages): void {
    this.#lineages = lineages;
  }

  async get(step: string): Promise<LastRun | undefined> {
    return (await this.#load()).runs.get(step);
  }

  /** The step's last run, or where there is none that of the step whose role it took over. */
  async before(step: string): Promise<LastRun | undefined> {
    const records = await this.#load();
    return records.runs.get(step) ?? this.#predecessor(records, step);
  }

  async set(step: string, run: Omit<LastRun, 'previous'>): Promise<void> {
    const records = await this.#load();
    const before = await this.before(step);
    this.#takeRoles(records, step);
    if (before !== undefined && records.runs.has(step) && tellsNothingNew(before, run)) return;
    const previous = before?.key === run.key ? before.previous : before;
    records.runs.set(
      step,
      previous === undefined ? run : { ...run, previous: { key: previous.key, action: previous.action } },
    );
    this.#changed = true;
  }

  /** Notes that a step was up to date although steps before it ran. It has been set before. */
  async noteCutoff(step: string, after: readonly string[]): Promise<void> {
    const { runs } = await this.#load();
    const run = runs.get(step);
    if (run === undefined) return;
    runs.set(step, { ...run, cutoff: after });
    this.#changed = true;
  }

  async steps(): Promise<readonly string[]> {
    return [...(await this.#load()).runs.keys()];
  }

  /** Writes to disk what was set; nothing when nothing changed. */
  async save(): Promise<void> {
    if (!this.#changed) return;
    this.#changed = false;
    if (this.#path === undefined) return;
    const { runs, roles } = await this.#load();
    const text = JSON.stringify({ runs: Object.fromEntries(runs), roles: Object.fromEntries(roles) });
    await publishEntry(this.#path, text);
  }

  #predecessor({ runs, roles }: Records, step: string): LastRun | undefined {
    for (const role of this.#lineages.get(step) ?? []) {
      const run = runs.get(roles.get(role) ?? step);
      if (run !== undefined) return run;
    }
    return undefined;
  }

  /** What no role leads to any more is forgotten: otherwise every list of packages ever tried would stay. */
  #takeRoles({ runs, roles }: Records, step: string): void {
    for (const role of this.#lineages.get(step) ?? []) {
      const old = roles.get(role);
      if (old === step) continue;
      roles.set(role, step);
      this.#changed = true;
      if (old !== undefined && ![...roles.values()].includes(old)) runs.delete(old);
    }
  }

  async #load(): Promise<Records> {
    this.#records ??= this.#path === undefined ? Promise.resolve(noRecords()) : readRecords(this.#path);
    return this.#records;
  }
}

/** A hit says nothing of why the step once ran, so that stays as it is. */
function tellsNothingNew(before: LastRun, run: LastRun): boolean {
  return (
    before.key === run.key &&
    before.outcome === run.outcome &&
    before.log === run.log &&
    run.cause === undefined
  );
}

function noRecords(): Records {
  return { runs: new Map(), roles: new Map() };
}

async function readRecords(path: string): Promise<Records> {
  try {
    const { runs, roles } = JSON.parse(await readEntryText(path)) as {
      readonly runs: Record<string, LastRun>;
      readonly roles: Record<string, string>;
    };
    return {
      runs: new Map(Object.entries(runs).filter(([, run]) => isRun(run))),
      roles: new Map(Object.entries(roles).filter(([, step]) => typeof step === 'string')),
    };
  } catch {
    return noRecords();
  }
}

/** These records have no seal: what is not as it was written counts as never noted. */
function isRun(value: unknown): value is LastRun {
  if (typeof value !== 'object' || value === null) return false;
  const { key, action, outcome, durationMs, log } = value as Partial<LastRun>;
  const isNoted = (outcome === 'done' || outcome === 'failed') && typeof durationMs === 'number';
  return isDigest(key) && typeof action === 'string' && isNoted && (log === undefined || isDigest(log));
}

const RECORDS = /^[0-9a-f]{24}\.json$/;

/** The last runs of every project of a store, by step. */
export async function allLastRuns(directory: string): Promise<readonly (readonly [string, LastRun])[]> {
  const names = await readdir(directory).catch(() => []);
  const records = await Promise.all(
    names.filter((name) => RECORDS.test(name)).map((name) => readRecords(join(directory, name))),
  );
  return records.flatMap(({ runs }) => [...runs]);
}

/** Blobs with the output of all last runs, in hexadecimal: also of those that failed, which left no other record. */
export async function loggedRuns(directory: string): Promise<readonly string[]> {
  const runs = await allLastRuns(directory);
  return runs.flatMap(([, { log }]) => (isDigest(log) ? [hexOf(log)] : []));
}
