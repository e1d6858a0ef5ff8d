import { describe, expect, it } from 'vitest';

import { EngineRig, settled, stateOf } from '../../support/engine-rig.js';
import { toyGraph } from '../../support/memory-executor.js';

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
