import { describe, expect, it } from 'vitest';

import { digestOf } from '../../../src/base/index.js';
import { stepId } from '../../../src/graph/index.js';
import { EngineRig, settled, stateOf, states } from '../../support/engine-rig.js';
import { toyGraph } from '../../support/memory-executor.js';

/** Base, two hooks on it, a bundle of each. */
const two = (recipes: Readonly<Record<string, string>> = {}) =>
  toyGraph({
    base: { recipe: recipes['base'] ?? 'base' },
    hook1: { needs: ['base'], recipe: recipes['hook1'] ?? 'hook1' },
    hook2: { needs: ['base'], recipe: recipes['hook2'] ?? 'hook2' },
    bundle1: { needs: ['hook1'] },
    bundle2: { needs: ['hook2'] },
  });

describe('build', () => {
  it('runs everything once, inputs first', async () => {
    const rig = new EngineRig();
    const outcome = await rig.build(two());
    expect(rig.executor.ran()).toEqual(['base', 'hook1', 'hook2', 'bundle1', 'bundle2']);
    expect(new Set(Object.values(states(outcome)))).toEqual(new Set(['ran']));
  });

  it('runs only what the wanted steps need', async () => {
    const rig = new EngineRig();
    const outcome = await rig.build(two(), { wanted: ['bundle2'] });
    expect(rig.executor.ran()).toEqual(['base', 'hook2', 'bundle2']);
    expect(stateOf(outcome, 'hook1')).toBe('absent');
  });

  it('runs nothing the second time, which a poison shows', async () => {
    const rig = new EngineRig();
    rig.executor.poisoned = true;
    await expect(rig.build(two())).rejects.toThrow('poison: base ran');
    rig.executor.poisoned = false;
    const first = await rig.build(two());
    rig.executor.poisoned = true;
    rig.executor.forget();
    const second = await rig.build(two());
    expect(rig.executor.ran()).toEqual([]);
    expect(new Set(Object.values(states(second)))).toEqual(new Set(['cached']));
    for (const [id, step] of first.steps) expect(second.steps.get(id)).toEqual({ ...step, how: 'cached' });
  });

  it('runs what a change affects', async () => {
    const rig = new EngineRig();
    await rig.build(two());
    rig.executor.forget();
    await rig.build(two({ hook2: 'changed' }));
    expect(rig.executor.ran()).toEqual(['hook2', 'bundle2']);
  });

  it('stops where a step that ran again gives what it gave before', async () => {
    const rig = new EngineRig();
    const graph = (recipe: string) =>
      toyGraph({ a: { kind: 'coarse', recipe }, b: { needs: ['a'] }, c: { needs: ['b'] } });
    const value = async (recipe: string) => {
      const a = (await rig.build(graph(recipe), { wanted: ['a'] })).steps.get(stepId('a'));
      return a?.state === 'done' ? a.outputs['value'] : undefined;
    };
    const before = await value('0');
    const candidates = Array.from({ length: 20 }, (_, index) => String(index + 1));
    let same = '';
    for (const candidate of candidates)
      if (same === '' && (await value(candidate)) === before) same = candidate;
    const fresh = new EngineRig();
    await fresh.build(graph('0'));
    fresh.executor.forget();
    const outcome = await fresh.build(graph(same));
    expect(fresh.executor.ran()).toEqual(['a']);
    expect(states(outcome)).toEqual({ a: 'ran', b: 'cached', c: 'cached' });
  });

  it('goes back to an earlier state without running', async () => {
    const rig = new EngineRig();
    await rig.build(two());
    await rig.build(two({ base: 'changed' }));
    rig.executor.poisoned = true;
    await rig.build(two());
  });

  it('builds a graph without steps', async () => {
    expect((await new EngineRig().build(toyGraph({}))).steps.size).toBe(0);
  });

  it('keeps what the programs of a step wrote, and tells it while they write', async () => {
    const rig = new EngineRig();
    await rig.build(toyGraph({ a: { recipe: 'words' } }));
    expect(rig.events).toContainEqual({ type: 'step-output', step: 'a', chunk: Buffer.from('words\n') });
    const log = rig.last.get('a')?.log ?? digestOf('');
    expect((await rig.blobs.get(log))?.toString()).toBe('words\n');
    await rig.build(toyGraph({ a: { recipe: 'words' } }));
    expect(rig.last.get('a')?.log).toBe(log);
  });

  it('tells of every step once that it started and once how it ended', async () => {
    const rig = new EngineRig();
    await rig.build(toyGraph({ a: {}, b: { needs: ['a'] } }), { jobs: 1 });
    expect(rig.told()).toEqual([
      ...['step-started a', 'step-output a', 'step-finished a'],
      ...['step-started b', 'step-output b', 'step-finished b'],
    ]);
    await rig.build(toyGraph({ a: {}, b: { needs: ['a'] } }));
    expect(rig.told()).toEqual(['step-finished a', 'step-finished b']);
    expect(rig.events).toMatchObject([{ how: 'cached' }, { how: 'cached' }]);
  });
});

describe('results that are not usable', () => {
  it('are made again, and what comes after them is not', async () => {
    const rig = new EngineRig();
    await rig.build(two());
    rig.executor.forget();
    rig.executor.lost.add(stepId('hook1'));
    const outcome = await rig.build(two());
    expect(rig.executor.ran()).toEqual(['hook1']);
    expect(states(outcome)).toEqual({
      base: 'cached',
      hook1: 'restored',
      hook2: 'cached',
      bundle1: 'cached',
      bundle2: 'cached',
    });
  });
});

describe('forced steps', () => {
  it('run though they have a result, and nothing else does', async () => {
    const rig = new EngineRig();
    await rig.build(two());
    rig.executor.forget();
    const outcome = await rig.build(two(), { forced: ['hook1'] });
    expect(rig.executor.ran()).toEqual(['hook1']);
    expect(stateOf(outcome, 'hook1')).toBe('ran');
    expect(stateOf(outcome, 'bundle1')).toBe('cached');
  });

  it('run in the next build only when forced again', async () => {
    const rig = new EngineRig();
    await rig.build(two(), { forced: ['hook1'] });
    rig.executor.poisoned = true;
    await rig.build(two());
    await expect(rig.build(two(), { forced: ['base'] })).rejects.toThrow('poison: base ran');
  });

  it('of one key run once', async () => {
    const rig = new EngineRig();
    const graph = toyGraph({ a: { recipe: 'same' }, b: { recipe: 'same' }, c: { recipe: 'same' } });
    await rig.build(graph);
    rig.executor.forget();
    const outcome = await rig.build(graph, { forced: ['a', 'b', 'c'] });
    expect(rig.executor.runs).toHaveLength(1);
    expect(Object.values(states(outcome)).sort()).toEqual(['cached', 'cached', 'ran']);
  });

  it('run although an equal step that was not forced took the cached result', async () => {
    const rig = new EngineRig();
    const graph = toyGraph({ a: { recipe: 'same' }, b: { recipe: 'same' } });
    await rig.build(graph);
    rig.executor.forget();
    await rig.build(graph, { forced: ['b'] });
    expect(rig.executor.ran()).toEqual(['b']);
  });
});

describe('equal steps', () => {
  it('of two targets run once, whichever comes first', async () => {
    const rig = new EngineRig();
    const graph = toyGraph({
      a: { recipe: 'same' },
      b: { recipe: 'same' },
      c: { needs: ['a'] },
      d: { needs: ['b'] },
    });
    const held = rig.executor.hold('a');
    const building = rig.build(graph);
    await held.started;
    await settled();
    expect(rig.executor.ran()).toEqual(['a']);
    held.release();
    expect(states(await building)).toMatchObject({ a: 'ran', b: 'cached' });
  });

  it('run again when the first fails', async () => {
    const rig = new EngineRig();
    const graph = toyGraph({ a: { recipe: 'fail' }, b: { recipe: 'fail' } });
    expect(states(await rig.build(graph, { onFailure: 'keep-going' }))).toEqual({ a: 'failed', b: 'failed' });
    expect(await rig.build(graph)).toMatchObject({ steps: new Map() });
  });

  it('of two builds at once run once', async () => {
    const rig = new EngineRig();
    const held = rig.executor.hold('a');
    const first = rig.build(toyGraph({ a: {} }));
    await held.started;
    const second = rig.build(toyGraph({ a: {} }));
    await settled();
    held.release();
    expect([states(await first), states(await second)]).toEqual([{ a: 'ran' }, { a: 'cached' }]);
    expect(rig.executor.runs).toHaveLength(1);
  });
});

describe('a step that fails', () => {
  const graph = toyGraph({
    bad: { recipe: 'fail' },
    after: { needs: ['bad'] },
    last: { needs: ['after', 'good'].slice(0, 1) },
    good: {},
    fine: { needs: ['good'] },
  });

  it('makes those that need it be skipped, and with keep-going no others', async () => {
    const rig = new EngineRig();
    const outcome = await rig.build(graph, { onFailure: 'keep-going' });
    expect(states(outcome)).toEqual({
      bad: 'failed',
      after: 'skipped',
      last: 'skipped',
      good: 'ran',
      fine: 'ran',
    });
    expect(outcome.steps.get(stepId('bad'))).toMatchObject({
      failure: { kind: 'worker-died', detail: 'fail' },
    });
    expect(rig.events).toContainEqual(
      expect.objectContaining({ type: 'step-skipped', step: 'last', because: 'after' }),
    );
  });

  it('lets nothing new start otherwise, and what runs end', async () => {
    const rig = new EngineRig();
    const good = rig.executor.hold('good');
    const bad = rig.executor.hold('bad');
    const building = rig.build(graph, { jobs: 2 });
    await Promise.all([good.started, bad.started]);
    bad.release();
    await settled();
    good.release();
    expect(states(await building)).toEqual({
      bad: 'failed',
      after: 'skipped',
      last: 'skipped',
      good: 'ran',
      fine: 'cancelled',
    });
  });

  it('lets what is in the cache be used all the same', async () => {
    const rig = new EngineRig();
    await rig.build(graph, { wanted: ['fine'] });
    const bad = rig.executor.hold('bad');
    const building = rig.build(graph);
    bad.release();
    expect(states(await building)).toMatchObject({ bad: 'failed', good: 'cached', fine: 'cached' });
  });

  it('leaves nothing that a later build could take for a result', async () => {
    const rig = new EngineRig();
    await rig.build(graph, { onFailure: 'keep-going' });
    rig.executor.forget();
    await rig.build(graph, { onFailure: 'keep-going' });
    expect(rig.executor.ran()).toEqual(['bad']);
  });

  it('keeps its log, and names the file', async () => {
    const rig = new EngineRig();
    await rig.build(graph);
    const log = digestOf('fail\n');
    expect(rig.events).toContainEqual(expect.objectContaining({ type: 'step-failed', log: `/logs/${log}` }));
    expect(rig.last.get('bad')).toMatchObject({ outcome: 'failed', log });
    expect(await rig.blobs.get(log)).toBeDefined();
  });

  it('skips a step with another input that is still running, once', async () => {
    const rig = new EngineRig();
    const slow = rig.executor.hold('slow');
    const building = rig.build(
      toyGraph({ slow: {}, bad: { recipe: 'fail' }, both: { needs: ['slow', 'bad'] } }),
      {
        onFailure: 'keep-going',
      },
    );
    await slow.started;
    await settled();
    slow.release();
    expect(states(await building)).toEqual({ slow: 'ran', bad: 'failed', both: 'skipped' });
    expect(rig.told().filter((told) => told === 'step-skipped both')).toHaveLength(1);
  });
});

describe('an abort', () => {
  const graph = toyGraph({ a: {}, b: { needs: ['a'] }, x: {}, y: { needs: ['x'] } });

  it('ends what runs and starts nothing more', async () => {
    const rig = new EngineRig();
    const stop = new AbortController();
    const [a, x] = [rig.executor.hold('a'), rig.executor.hold('x')];
    const building = rig.build(graph, { signal: stop.signal });
    await Promise.all([a.started, x.started]);
    stop.abort();
    expect(states(await building)).toEqual({
      a: 'cancelled',
      b: 'cancelled',
      x: 'cancelled',
      y: 'cancelled',
    });
    expect(rig.told().filter((told) => told.startsWith('step-cancelled'))).toHaveLength(4);
  });

  it('before the build cancels all that is not in the cache', async () => {
    const rig = new EngineRig();
    await rig.build(graph, { wanted: ['b'] });
    rig.executor.poisoned = true;
    const outcome = await rig.build(graph, { signal: AbortSignal.abort() });
    expect(states(outcome)).toEqual({ a: 'cached', b: 'cached', x: 'cancelled', y: 'cancelled' });
  });

  it('cancels steps that wait for a slot', async () => {
    const rig = new EngineRig();
    const stop = new AbortController();
    const a = rig.executor.hold('a');
    const building = rig.build(graph, { signal: stop.signal, jobs: 1 });
    await a.started;
    stop.abort();
    expect(states(await building)).toMatchObject({ x: 'cancelled' });
    expect(rig.executor.ran()).toEqual(['a']);
  });

  it('cancels a step that waits for another process', async () => {
    const rig = new EngineRig();
    const other = rig.executor.hold('a');
    const first = rig.build(toyGraph({ a: {} }));
    await other.started;
    const stop = new AbortController();
    const second = rig.build(toyGraph({ a: {} }), { signal: stop.signal });
    await settled();
    stop.abort(new Error('Ctrl-C'));
    expect(states(await second)).toEqual({ a: 'cancelled' });
    other.release();
    expect(states(await first)).toEqual({ a: 'ran' });
  });

  it('leaves no claim behind: the next build runs the step', async () => {
    const rig = new EngineRig();
    const stop = new AbortController();
    const a = rig.executor.hold('a');
    const building = rig.build(graph, { signal: stop.signal });
    await a.started;
    stop.abort();
    await building;
    a.release();
    expect(states(await rig.build(graph))).toEqual({ a: 'ran', b: 'ran', x: 'ran', y: 'ran' });
  });

  it('turns a failure that it may have caused into a cancelled step', async () => {
    const rig = new EngineRig();
    const stop = new AbortController();
    rig.executor.run = async () => {
      stop.abort();
      return { ok: false, error: { kind: 'worker-died', detail: 'killed' } };
    };
    const outcome = await rig.build(toyGraph({ a: {} }), { signal: stop.signal });
    expect(states(outcome)).toEqual({ a: 'cancelled' });
    expect(rig.last.get('a')).toBeUndefined();
  });

  it('that an executor answers by throwing is no bug', async () => {
    const rig = new EngineRig();
    const stop = new AbortController();
    rig.executor.run = async () => {
      stop.abort(new Error('Ctrl-C'));
      throw stop.signal.reason;
    };
    expect(states(await rig.build(toyGraph({ a: {} }), { signal: stop.signal }))).toEqual({ a: 'cancelled' });
  });
});

describe('pools', () => {
  const many = (pool: string) =>
    toyGraph(Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`s${i}`, { pool }])));

  it.each([
    ['work', 3],
    ['network', 2],
    ['sign', 1],
    ['unheard of', 1],
  ])('let %s run %i at once of three jobs', async (pool, most) => {
    const rig = new EngineRig();
    rig.executor.turns = () => 1;
    await rig.build(many(pool), { jobs: 3 });
    expect(rig.executor.mostAtOnce).toBe(most);
    expect(rig.executor.runs).toHaveLength(9);
  });

  it('do not hold up each other', async () => {
    const rig = new EngineRig();
    const held = rig.executor.hold('work');
    const building = rig.build(toyGraph({ work: {}, sign: { pool: 'sign' } }), { jobs: 1 });
    await held.started;
    await settled();
    expect(rig.told()).toContain('step-finished sign');
    held.release();
    await building;
  });

  it('give no slot to what is in the cache', async () => {
    const rig = new EngineRig();
    await rig.build(toyGraph({ cached: {} }));
    const held = rig.executor.hold('slow');
    const building = rig.build(toyGraph({ slow: {}, cached: {} }), { jobs: 1 });
    await held.started;
    await settled();
    expect(rig.told()).toContain('step-finished cached');
    held.release();
    await building;
  });
});

describe('a bug in an executor', () => {
  it('comes up once nothing runs any more, and nothing new is started', async () => {
    const rig = new EngineRig();
    const slow = rig.executor.hold('slow');
    const run = rig.executor.run.bind(rig.executor);
    rig.executor.run = async (step, context) => {
      if (step.id === 'broken') throw new Error('BUG: broken');
      return run(step, context);
    };
    const building = rig.build(toyGraph({ slow: {}, broken: {}, after: { needs: ['slow'] } }));
    let ended = false;
    const failing = expect(building).rejects.toThrow('BUG: broken');
    building.catch(() => {
      ended = true;
    });
    await slow.started;
    await settled();
    expect(ended).toBe(false);
    slow.release();
    await failing;
    expect(rig.executor.ran()).toEqual(['slow']);
  });

  it('leaves no claim behind', async () => {
    const rig = new EngineRig();
    rig.executor.poisoned = true;
    await expect(rig.build(toyGraph({ a: {} }))).rejects.toThrow('poison');
    rig.executor.poisoned = false;
    expect(states(await rig.build(toyGraph({ a: {} })))).toEqual({ a: 'ran' });
  });

  it('and a store that cannot keep a log leave no claim behind', async () => {
    const rig = new EngineRig();
    const put = rig.blobs.put.bind(rig.blobs);
    rig.blobs.put = () => Promise.reject(new Error('no space left on device'));
    await expect(rig.build(toyGraph({ a: {} }))).rejects.toThrow('no space left');
    rig.blobs.put = put;
    expect(states(await rig.build(toyGraph({ a: {} })))).toEqual({ a: 'ran' });
  });
});

describe('ten thousand steps', () => {
  const names = Array.from({ length: 10_000 }, (_, index) => `s${index}`);

  it.each([
    ['side by side', () => []],
    ['in a chain', (index: number) => (index === 0 ? [] : [`s${index - 1}`])],
    ['in a fan', (index: number) => (index === names.length - 1 ? names.slice(0, -1) : [])],
    [
      'in a web',
      (index: number) => [1, 2, 3].filter((back) => back <= index).map((back) => `s${index - back}`),
    ],
  ])('%s run, and then are found in the cache', async (_, needs) => {
    const rig = new EngineRig();
    const graph = toyGraph(Object.fromEntries(names.map((name, index) => [name, { needs: needs(index) }])));
    await rig.build(graph);
    expect(rig.executor.runs).toHaveLength(names.length);
    rig.executor.poisoned = true;
    const again = await rig.build(graph);
    expect(again.steps.size).toBe(names.length);
  });

  it('in a chain are skipped when the first fails', async () => {
    const rig = new EngineRig();
    const graph = toyGraph(
      Object.fromEntries(
        names.map((name, index) => [name, index === 0 ? { recipe: 'fail' } : { needs: [`s${index - 1}`] }]),
      ),
    );
    const outcome = await rig.build(graph, { onFailure: 'keep-going' });
    expect(stateOf(outcome, 's9999')).toBe('skipped');
    expect(outcome.steps.size).toBe(names.length);
  });
});
