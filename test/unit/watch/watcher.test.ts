import { describe, expect, it, onTestFinished } from 'vitest';

import { FailureMemory, SharedRun } from '../../../src/engine/index.js';
import { type Graph, stepId } from '../../../src/graph/index.js';
import type { Event } from '../../../src/report/index.js';
import { type Loaded, MemoryFileSource, type WatchedProject, Watcher } from '../../../src/watch/index.js';
import { EngineRig } from '../../support/engine-rig.js';
import { type ToyStep, toyGraph } from '../../support/memory-executor.js';

type Project = WatchedProject & { readonly graph: Graph<ToyStep> };

/** Two targets on a common base, `a` with a hook. */
const project = (recipes: { readonly hook?: string; readonly b?: string } = {}): Project => ({
  graph: toyGraph({
    base: {},
    hook: { needs: ['base'], recipe: recipes.hook ?? 'hook' },
    a: { needs: ['hook'] },
    b: { needs: ['base'], recipe: recipes.b ?? 'b' },
  }),
  targets: ['a', 'b'].map((name) => ({ name, step: stepId(name) })),
});

/** A watcher over files and an engine in memory. */
class WatchRig {
  readonly engine = new EngineRig();
  readonly events: Event[] = [];
  loads = 0;
  loaded: Loaded<Project> = { project: project(), reads: new Set(['/t/hook']) };
  /** Holds up the next loading until it resolves. */
  loadAfter: Promise<void> = Promise.resolve();
  readonly #failures = new FailureMemory();
  readonly #shared = new SharedRun({ jobs: 2, failures: this.#failures });
  readonly #controller = new AbortController();
  readonly #waiting = new Set<() => void>();
  readonly #watcher: Watcher<Project>;
  files: MemoryFileSource | undefined;

  constructor() {
    this.#watcher = new Watcher<Project>({
      load: async () => {
        this.loads++;
        await this.loadAfter;
        return this.loaded;
      },
      build: ({ graph }, targets) => {
        this.#report({ type: 'build-started', targets: targets.map(({ name }) => name), steps: 0, jobs: 2 });
        return this.engine.start(graph, {
          wanted: targets.map(({ step }) => step),
          shared: this.#shared,
          onFailure: 'keep-going',
          signal: this.#controller.signal,
        });
      },
      files: (listener) => {
        this.files = new MemoryFileSource(listener, [
          ['/', 'directory'],
          ['/t', 'directory'],
        ]);
        return this.files;
      },
      reporter: { report: (event) => this.#report(event) },
      quietMs: 1,
    });
    const running = this.#watcher.run(this.#controller.signal);
    onTestFinished(async () => {
      this.#controller.abort();
      await running;
    });
  }

  stop(): void {
    this.#controller.abort();
  }

  retry(): void {
    this.#failures.forgetAll();
    this.#watcher.retry();
  }

  change(loaded: Partial<Loaded<Project>>, path = '/t/hook'): void {
    this.loaded = { ...this.loaded, ...loaded };
    this.files?.touch(path);
  }

  /** The next event of this kind from now on. */
  async next(type: Event['type']): Promise<Event> {
    const from = this.events.length;
    return new Promise((resolve) => {
      const look = () => {
        const found = this.events.slice(from).find((event) => event.type === type);
        if (found === undefined) return;
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
    });
  }

  /** The targets of each build so far. */
  get builds(): readonly (readonly string[])[] {
    return this.events.flatMap((event) => (event.type === 'build-started' ? [event.targets] : []));
  }

  ranSince(mark: number): readonly string[] {
    return this.engine.executor.ran().slice(mark);
  }

  #report(event: Event): void {
    this.events.push(event);
    for (const look of [...this.#waiting]) look();
  }
}

async function started(): Promise<WatchRig> {
  const rig = new WatchRig();
  await rig.next('watch-waiting');
  return rig;
}

describe('watching', () => {
  it('builds all targets at first, and waits', async () => {
    const rig = await started();
    expect(rig.builds).toEqual([['a', 'b']]);
    expect(rig.events.at(-1)).toEqual({ type: 'watch-waiting', targets: 2, paths: 1 });
  });

  it('looks again at what was read before it was watched', async () => {
    const rig = await started();
    expect(rig.loads).toBe(2);
    rig.change({});
    await rig.next('watch-waiting');
    expect(rig.loads).toBe(3);
  });

  it('builds nothing for a change that means nothing', async () => {
    const rig = await started();
    rig.change({});
    await rig.next('watch-waiting');
    expect(rig.builds).toHaveLength(1);
  });

  it('builds the affected target only, once for a burst of changes', async () => {
    const rig = await started();
    const mark = rig.engine.executor.ran().length;
    const waiting = rig.next('watch-waiting');
    for (let save = 0; save < 100; save++) rig.change({ project: project({ hook: 'other' }) });
    await waiting;
    expect(rig.builds).toEqual([['a', 'b'], ['a']]);
    expect(rig.ranSince(mark)).toEqual(['hook', 'a']);
  });

  it('does not hear of other files', async () => {
    const rig = await started();
    rig.change({ project: project({ hook: 'other' }) }, '/t/unrelated');
    const waiting = rig.next('watch-waiting');
    rig.change({});
    await waiting;
    expect(rig.events.filter(({ type }) => type === 'watch-changed')).toEqual([
      { type: 'watch-changed', paths: ['/t/hook'] },
    ]);
  });

  it('follows targets that come and go', async () => {
    const rig = await started();
    const only = { ...project(), targets: project().targets.slice(1) };
    rig.change({ project: only });
    await rig.next('watch-waiting');
    rig.change({ project: project() });
    await rig.next('watch-waiting');
    expect(rig.builds).toEqual([['a', 'b'], ['a']]);
  });
});

describe('a mistake while watching', () => {
  const failure = { kind: 'usage-wrong', message: 'broken' } as const;

  it('is shown and waited on; what was good before stays built', async () => {
    const rig = await started();
    const { project: _, ...nothing } = rig.loaded;
    rig.loaded = { ...nothing, failure };
    rig.files?.touch('/t/hook');
    await rig.next('watch-waiting');
    expect(rig.events.at(-2)).toEqual({ type: 'watch-broken', failure });
    const { failure: __, ...mended } = rig.loaded;
    rig.loaded = { ...mended, project: project({ b: 'other' }) };
    rig.files?.touch('/t/hook');
    await rig.next('watch-waiting');
    expect(rig.builds).toEqual([['a', 'b'], ['b']]);
  });

  it('in one template lets the others be built', async () => {
    const rig = await started();
    rig.change({ project: { ...project({ b: 'other' }), targets: project().targets.slice(1) }, failure });
    await rig.next('watch-waiting');
    expect(rig.builds.at(-1)).toEqual(['b']);
    expect(rig.events).toContainEqual({ type: 'watch-broken', failure });
  });

  it('in the very beginning is waited on too', async () => {
    const rig = new WatchRig();
    rig.loaded = { failure, reads: new Set(['/t/hook']) };
    await rig.next('watch-waiting');
    expect(rig.builds).toEqual([]);
    rig.loaded = { project: project(), reads: rig.loaded.reads };
    rig.files?.touch('/t/hook');
    await rig.next('watch-waiting');
    expect(rig.builds).toEqual([['a', 'b']]);
  });

  it('of a step is not made again while its key is the same, unless it is asked for', async () => {
    const rig = await started();
    rig.change({ project: project({ hook: 'fail for good' }) });
    await rig.next('watch-waiting');
    const mark = rig.engine.executor.ran().length;
    rig.change({ project: project({ hook: 'fail for good', b: 'other' }) });
    await rig.next('watch-waiting');
    expect(rig.builds.at(-1)).toEqual(['b']);
    expect(rig.ranSince(mark)).toEqual(['b']);
    rig.retry();
    await rig.next('watch-waiting');
    expect(rig.ranSince(mark)).toEqual(['b', 'hook']);
  });
});

describe('a change during a build', () => {
  it('stops what became stale at once, and lets the rest go on into the next build', async () => {
    const rig = new WatchRig();
    const [hook, b] = [rig.engine.executor.hold('hook'), rig.engine.executor.hold('b')];
    await Promise.all([hook.started, b.started]);
    const replaced = rig.next('build-started');
    rig.change({ project: project({ hook: 'other' }) });
    await replaced;
    const waiting = rig.next('watch-waiting');
    hook.release();
    b.release();
    await waiting;
    expect(rig.builds).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
    const ran = rig.engine.executor.ran();
    expect(ran.filter((step) => step === 'b')).toEqual(['b']);
    expect(ran.filter((step) => step === 'hook')).toEqual(['hook', 'hook']);
    expect(ran.filter((step) => step === 'a')).toEqual(['a']);
  });

  it('that means nothing lets the build go on', async () => {
    const rig = new WatchRig();
    const b = rig.engine.executor.hold('b');
    await b.started;
    const loads = rig.loads;
    rig.change({});
    const waiting = rig.next('watch-waiting');
    while (rig.loads === loads) await new Promise((resolve) => setImmediate(resolve));
    b.release();
    await waiting;
    expect(rig.builds).toHaveLength(1);
  });

  it('that takes a target away stops it', async () => {
    const rig = new WatchRig();
    const b = rig.engine.executor.hold('b');
    await b.started;
    rig.change({ project: { ...project(), targets: project().targets.slice(0, 1) } });
    await rig.next('watch-waiting');
    expect(rig.builds.at(-1)).toEqual(['a']);
    expect(rig.engine.executor.ran().filter((step) => step === 'b')).toEqual(['b']);
  });

  it('while everything is being read is read too', async () => {
    const rig = await started();
    let go: () => void = () => undefined;
    rig.loadAfter = new Promise((resolve) => {
      go = resolve;
    });
    const loads = rig.loads;
    rig.change({ project: project({ hook: 'half' }) });
    while (rig.loads === loads) await new Promise((resolve) => setImmediate(resolve));
    rig.change({ project: project({ hook: 'whole' }) });
    const waiting = rig.next('watch-waiting');
    go();
    await waiting;
    expect(rig.builds).toHaveLength(2);
  });
});

describe('the end of watching', () => {
  it('comes in the middle of a build, which is stopped first', async () => {
    const rig = new WatchRig();
    const b = rig.engine.executor.hold('b');
    await b.started;
    rig.stop();
    await new Promise((resolve) => setImmediate(resolve));
    rig.change({ project: project({ hook: 'other' }) });
    expect(rig.builds).toHaveLength(1);
  });

  it('throws what a port throws, since that is a bug', async () => {
    const watcher = new Watcher<Project>({
      load: () => Promise.reject(new Error('a bug')),
      build: () => expect.fail('nothing to build'),
      files: (listener) => new MemoryFileSource(listener, []),
      reporter: { report: () => undefined },
      quietMs: 1,
    });
    await expect(watcher.run(new AbortController().signal)).rejects.toThrow('a bug');
  });
});
