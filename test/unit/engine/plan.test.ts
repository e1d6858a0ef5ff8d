import { describe, expect, it } from 'vitest';

import { plan } from '../../../src/engine/index.js';
import { type Graph, stepId } from '../../../src/graph/index.js';
import { EngineRig } from '../../support/engine-rig.js';
import { type ToyStep, toyGraph } from '../../support/memory-executor.js';

const chain = (hook = 'hook') =>
  toyGraph({ base: {}, hook: { needs: ['base'], recipe: hook }, pack: { needs: ['hook'] } });

async function planned(rig: EngineRig, graph: Graph<ToyStep>, forced: readonly string[] = []) {
  const steps = await plan({
    graph,
    wanted: [...graph.steps.keys()],
    executor: rig.executor,
    cache: rig.cache,
    forced: new Set(forced.map(stepId)),
  });
  return steps.map(
    (one) => `${one.step.id} ${one.state}${one.state === 'unknown' ? ` (${one.waitsFor})` : ''}`,
  );
}

describe('plan', () => {
  it('knows a result that a step says, also of one that is forced', async () => {
    const graph = toyGraph({ said: { given: 'locked' }, after: { needs: ['said'] } });
    expect(await planned(new EngineRig(), graph, ['said'])).toEqual(['said up-to-date', 'after dirty']);
  });

  it('knows of the first steps only when nothing was built', async () => {
    const rig = new EngineRig();
    expect(await planned(rig, chain())).toEqual(['base dirty', 'hook unknown (base)', 'pack unknown (hook)']);
    expect(rig.executor.runs).toEqual([]);
  });

  it('finds everything up to date after a build', async () => {
    const rig = new EngineRig();
    await rig.build(chain());
    expect(await planned(rig, chain())).toEqual(['base up-to-date', 'hook up-to-date', 'pack up-to-date']);
  });

  it('cannot know what a changed step will give', async () => {
    const rig = new EngineRig();
    await rig.build(chain());
    expect(await planned(rig, chain('changed'))).toEqual([
      'base up-to-date',
      'hook dirty',
      'pack unknown (hook)',
    ]);
  });

  it('finds a step dirty whose result is not usable, or that is forced', async () => {
    const rig = new EngineRig();
    await rig.build(chain());
    expect(await planned(rig, chain(), ['pack'])).toEqual([
      'base up-to-date',
      'hook up-to-date',
      'pack dirty',
    ]);
    rig.executor.lost.add(stepId('hook'));
    expect(await planned(rig, chain())).toEqual(['base up-to-date', 'hook dirty', 'pack unknown (hook)']);
  });

  it('takes no claim', async () => {
    const rig = new EngineRig();
    await planned(rig, chain());
    expect((await rig.build(chain())).steps.size).toBe(3);
  });
});
