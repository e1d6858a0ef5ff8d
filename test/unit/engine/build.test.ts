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

  it('takes the result of a step that says it, without a look-up and even when it is forced', async () => {
    const rig = new EngineRig();
    const graph = toyGraph({ said: { given: 'locked' }, after: { needs: ['said'] } });
    const outcome = await rig.build(graph, { forced: ['said'] });
    expect([states(outcome), rig.executor.ran()]).toEqual([{ said: 'cached', after: 'ran' }, ['after']]);
    const moved = await rig.build(toyGraph({ said: { given: 'other' }, after: { needs: ['said'] } }));
    expect(states(moved)).toEqual({ said: 'cached', after: 'ran' });
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
    const log = (await rig.last.get('a'))?.log ?? digestOf('');
    expect((await rig.blobs.get(log))?.toString()).toBe('words\n');
    await rig.build(toyGraph({ a: { recipe: 'words' } }));
    expect((await rig.last.get('a'))?.log).toBe(log);
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

  it('run again when the first fails, and with stop do not', async () => {
    const rig = new EngineRig();
    const graph = toyGraph({ a: { recipe: 'fail' }, b: { recipe: 'fail' } });
    expect(states(await rig.build(graph, { onFailure: 'keep-going' }))).toEqual({ a: 'failed', b: 'failed' });
    expect(states(await rig.build(graph))).toEqual({ a: 'failed', b: 'cancelled' });
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
