import { describe, expect, it } from 'vitest';

import { digestOf } from '../../../src/base/index.js';
import { actionKey } from '../../../src/engine/index.js';
import { stepId } from '../../../src/graph/index.js';
import { EngineRig, settled, states } from '../../support/engine-rig.js';
import { type ToyStep, toyGraph } from '../../support/memory-executor.js';

describe('a step that fails', () => {
  const graph = toyGraph({
    bad: { recipe: 'fail' },
    after: { needs: ['bad'] },
    last: { needs: ['after'] },
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

  it('gives its slot to no other', async () => {
    const rig = new EngineRig();
    const outcome = await rig.build(toyGraph({ bad: { recipe: 'fail' }, b: {}, c: {}, d: {} }), { jobs: 1 });
    expect(rig.executor.ran()).toEqual(['bad']);
    expect(states(outcome)).toEqual({ bad: 'failed', b: 'cancelled', c: 'cancelled', d: 'cancelled' });
  });

  it('lets no step start that waited for another process meanwhile', async () => {
    const rig = new EngineRig();
    const graph = toyGraph({ bad: { recipe: 'fail' }, shared: {} });
    const { key } = actionKey(rig.executor.describe(graph.steps.get(stepId('shared')) as ToyStep, {}));
    const theirs = await rig.cache.lookup(key, () => Promise.resolve(true));
    const building = rig.build(graph);
    await settled();
    if (theirs.kind === 'miss') await theirs.claim.release();
    expect(states(await building)).toEqual({ bad: 'failed', shared: 'cancelled' });
    expect(rig.executor.ran()).toEqual(['bad']);
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
    expect(await rig.last.get('bad')).toMatchObject({ outcome: 'failed', log });
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
    expect(await rig.last.get('a')).toBeUndefined();
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
