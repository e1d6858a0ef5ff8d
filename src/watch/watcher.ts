import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

import type { Digest } from '../base/index.js';
import type { RunningBuild } from '../engine/index.js';
import type { AnyStep, Graph, StepId } from '../graph/index.js';
import type { Failure, Reporter } from '../report/index.js';
import type { FileListener, FileSource } from './file-source.js';
import { advance, type Effect, type WatchEvent, type WatchPhase } from './machine.js';
import { changedTargets, signaturesOf, stillWanted, type WatchedTarget } from './signatures.js';

/** What can be built. */
export interface WatchedProject {
  readonly graph: Graph<AnyStep>;
  readonly targets: readonly WatchedTarget[];
  /** The graph by which a change is noticed, where that is not the one to build. */
  readonly meaning?: Graph<AnyStep>;
}

/** What reading the mkvefile and the templates gave. */
export interface Loaded<P extends WatchedProject> {
  /** Absent when nothing could be read: what was good before stays. */
  readonly project?: P;
  /** What is wrong; stands beside a project when the rest of it is good. */
  readonly failure?: Failure;
  /** Absolute paths of all that was read or looked for, also of what was found to be wrong. */
  readonly reads: ReadonlySet<string>;
}

export interface WatcherPorts<P extends WatchedProject> {
  readonly load: () => Promise<Loaded<P>>;
  /** Builds targets and reports how each fared; of a build that was retired it reports nothing more. */
  readonly build: (project: P, targets: P['targets']) => RunningBuild;
  readonly files: (listener: FileListener) => FileSource;
  readonly reporter: Reporter;
  /** Milliseconds without a change after which a burst of changes is over. */
  readonly quietMs: number;
}

/** A burst that never ends, as a log file that grows is one, is cut after so many waits. */
const MOST_WAITS = 5000;

interface Running {
  readonly build: RunningBuild;
  readonly targets: readonly WatchedTarget[];
  readonly signatures: ReadonlyMap<StepId, Digest>;
}

/** Loads, builds, and does so again whenever something changes that the targets depend on. */
export class Watcher<P extends WatchedProject> {
  readonly #ports: WatcherPorts<P>;
  readonly #files: FileSource;
  #phase: WatchPhase = 'loading';
  readonly #changed = new Set<string>();
  #loaded: Loaded<P> | undefined;
  #waits = 0;
  #timer = new AbortController();
  /** Of each target, what was built last or is being built. */
  readonly #built = new Map<string, Digest>();
  #running: Running | undefined;
  /** What was started and has not ended, retired builds too. */
  readonly #open = new Set<Promise<unknown>>();
  #end: { readonly resolve: () => void; readonly reject: (thrown: unknown) => void } | undefined;

  constructor(ports: WatcherPorts<P>) {
    this.#ports = ports;
    this.#files = ports.files({
      changed: (path) => {
        this.#changed.add(path);
        this.#on('changed');
      },
      failed: ({ message, hint }) =>
        ports.reporter.report({ type: 'warning', message: `${message}; ${hint}` }),
    });
  }

  /** Resolves once it was stopped and everything it started has ended. What a port throws is thrown here. */
  async run(signal: AbortSignal): Promise<void> {
    const stop = () => this.#on('stop');
    signal.addEventListener('abort', stop, { once: true });
    try {
      await new Promise<void>((resolve, reject) => {
        this.#end = { resolve, reject };
        if (signal.aborted) stop();
        else this.#perform('load');
      });
    } finally {
      signal.removeEventListener('abort', stop);
      this.#timer.abort();
      this.#running?.build.retire(() => false);
      await Promise.allSettled(this.#open);
      await this.#files.close();
    }
  }

  /** Builds once more what is wanted, although nothing has changed. */
  retry(): void {
    this.#built.clear();
    this.#on('changed');
  }

  #on(event: WatchEvent): void {
    const { phase, effect } = advance(this.#phase, event);
    this.#phase = phase;
    if (effect !== undefined) this.#perform(effect);
  }

  #perform(effect: Effect): void {
    if (effect === 'end') {
      this.#end?.resolve();
      return;
    }
    const work = this.#begin(effect);
    const open: Promise<void> = work.then(
      () => void this.#open.delete(open),
      (thrown: unknown) => {
        this.#open.delete(open);
        this.#end?.reject(thrown);
      },
    );
    this.#open.add(open);
  }

  #begin(effect: Exclude<Effect, 'end'>): Promise<void> {
    if (effect === 'wait') return this.#wait();
    return effect === 'load' ? this.#load() : this.#apply();
  }

  async #wait(): Promise<void> {
    this.#timer.abort();
    this.#timer = new AbortController();
    const { signal } = this.#timer;
    const quietMs = this.#waits++ < MOST_WAITS ? this.#ports.quietMs : 0;
    await sleep(quietMs, undefined, { signal }).catch(() => undefined);
    // After a busy moment timers come first, and what has changed meanwhile waits to be heard in the same turn.
    await nextTurn();
    if (!signal.aborted) this.#on('quiet');
  }

  async #load(): Promise<void> {
    this.#waits = 0;
    const paths = [...this.#changed];
    this.#changed.clear();
    if (paths.length > 0) this.#ports.reporter.report({ type: 'watch-changed', paths });
    this.#loaded = await this.#ports.load();
    if (this.#phase === 'stopped') return;
    // What changed before it was watched went by unseen, so it is looked at once more.
    if ((await this.#files.watch(this.#loaded.reads)) === 'armed') this.#on('changed');
    this.#on('loaded');
  }

  async #apply(): Promise<void> {
    const { project, failure } = this.#loaded ?? {};
    if (failure !== undefined) this.#ports.reporter.report({ type: 'watch-broken', failure });
    if (project !== undefined) await this.#rebuild(project);
    if (this.#running === undefined && this.#phase === 'idle') this.#sayWaiting();
  }

  /** Builds the targets that changed. Where a build is running it gives way: the new one does what is left of it too. */
  async #rebuild(project: P): Promise<void> {
    const signatures = signaturesOf(project.meaning ?? project.graph);
    const changed = changedTargets(project.targets, signatures, this.#built);
    const unfinished = new Set(this.#running?.targets.map(({ name }) => name));
    const names = new Set(project.targets.map(({ name }) => name));
    for (const name of this.#built.keys()) if (!names.has(name)) this.#built.delete(name);
    const isGivenUp = [...unfinished].some((name) => !names.has(name));
    if (changed.length === 0 && !isGivenUp) return;
    const targets = project.targets.filter((one) => changed.includes(one) || unfinished.has(one.name));
    this.#running?.build.retire(stillWanted(this.#running.signatures, signatures));
    for (const { name, step } of targets) {
      const signature = signatures.get(step);
      if (signature !== undefined) this.#built.set(name, signature);
    }
    const running = { build: this.#ports.build(project, targets), targets, signatures };
    this.#running = running;
    await running.build.ended;
    if (this.#running === running) this.#running = undefined;
  }

  #sayWaiting(): void {
    this.#ports.reporter.report({
      type: 'watch-waiting',
      targets: this.#loaded?.project?.targets.length ?? 0,
      paths: this.#loaded?.reads.size ?? 0,
    });
  }
}
