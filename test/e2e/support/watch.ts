import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Rig } from './rig.js';
import type { Running } from './running.js';

type Event = Readonly<Record<string, unknown>>;

/** What happened between a change and the quiet after it. */
export interface Cycle {
  /** The targets of each build that was started. */
  readonly builds: readonly (readonly string[])[];
  /** The steps that ran, without the name of the target; those of packages by their kind. */
  readonly ran: readonly string[];
  readonly events: readonly Event[];
}

/** A running `mkve watch --json`. */
export class Watching {
  readonly running: Running;
  readonly #sentinels: string;
  #sentinel = 0;
  #seen = 0;

  /** @param sentinels a directory every entry of which is watched and none of which the targets depend on */
  constructor(rig: Rig, sentinels: string, args: readonly string[] = []) {
    this.#sentinels = sentinels;
    this.running = rig.startRun('mkve', ['watch', '--json', ...args]);
  }

  /** Changes something, and waits until everything that follows from it is done. */
  cycle(change: () => void): Promise<Cycle> {
    change();
    return this.quiet();
  }

  /** The first builds, before anything was changed. */
  async first(): Promise<Cycle> {
    await this.waits();
    return this.quiet();
  }

  /** Resolves when it has said that it waits for changes. */
  async waits(): Promise<void> {
    await this.running.finds('waiting', (lines) =>
      eventsOf(lines).some(({ type }) => type === 'watch-waiting') ? 'waiting' : undefined,
    );
  }

  /** What it has said, once it has dealt with all that happened before now: a file of its own is the last to be noticed. */
  async quiet(): Promise<Cycle> {
    const from = this.#seen;
    const sentinel = join(this.#sentinels, String(this.#sentinel++));
    writeFileSync(sentinel, '');
    const events = await this.running.finds('noticing the sentinel', (lines) => {
      const all = eventsOf(lines).slice(from);
      const heard = all.findIndex(
        ({ type, paths }) => type === 'watch-changed' && Array.isArray(paths) && paths.includes(sentinel),
      );
      const waits = all.findIndex(({ type }, index) => type === 'watch-waiting' && index > heard);
      return heard !== -1 && waits !== -1 ? all.slice(0, waits + 1) : undefined;
    });
    this.#seen = from + events.length;
    return cycleOf(events);
  }
}

/** The last line may be only half there. */
function eventsOf(lines: readonly string[]): readonly Event[] {
  return lines.flatMap((line) => {
    if (!line.startsWith('{')) return [];
    try {
      return [JSON.parse(line) as Event];
    } catch {
      return [];
    }
  });
}

function cycleOf(events: readonly Event[]): Cycle {
  const of = (type: string) => events.filter((event) => event['type'] === type);
  const builds = of('build-started').map(({ targets }) => (targets as readonly string[]).map(shortTarget));
  const ran = of('step-finished').filter(({ how }) => how === 'ran');
  return { builds, ran: ran.map(({ step }) => shortStep(String(step))), events };
}

/** `t1234/lxc` -> `lxc` */
function shortTarget(name: string): string {
  return name.slice(name.indexOf('/') + 1);
}

/** `t1234/lxc:01-root` -> `lxc:01-root`, `packages:bookworm-amd64-1234` -> `packages` */
function shortStep(id: string): string {
  return /^\w+:bookworm/.test(id) ? id.slice(0, id.indexOf(':')) : shortTarget(id);
}
