import { describe, expect, it } from 'vitest';

import type { Event } from '../../../src/report/index.js';
import { EngineRig } from '../../support/engine-rig.js';
import { toyGraph } from '../../support/memory-executor.js';

const chain = (recipes: { readonly base?: string; readonly hook?: string } = {}) =>
  toyGraph({
    base: { recipe: recipes.base ?? 'base' },
    hook: { needs: ['base'], recipe: recipes.hook ?? 'hook' },
    pack: { needs: ['hook'] },
  });

function whyOf(rig: EngineRig, step: string) {
  return rig.events.find((event) => event.type === 'step-started' && event.step === step);
}

function cached(rig: EngineRig): readonly Event[] {
  return rig.events.filter((event) => event.type === 'step-finished' && event.how === 'cached');
}

describe('a step that runs says why', () => {
  it('it is the first build', async () => {
    const rig = new EngineRig();
    await rig.build(chain());
    expect(whyOf(rig, 'hook')).toMatchObject({ why: { kind: 'first-build' } });
  });

  it('which of its own inputs changed, and what is only a cascade of another step', async () => {
    const rig = new EngineRig();
    await rig.build(chain());
    await rig.build(chain({ hook: 'other' }));
    expect(whyOf(rig, 'hook')).toMatchObject({
      why: {
        kind: 'changed',
        differences: [{ path: 'recipe', before: 'hook', after: 'other', input: 'recipe' }],
        cascadeOf: [],
      },
    });
    expect(whyOf(rig, 'pack')).toMatchObject({ why: { kind: 'changed', cascadeOf: ['hook'] } });
    expect(cached(rig)).toMatchObject([{ step: 'base' }]);
  });

  it('both, and then it is no cascade', async () => {
    const rig = new EngineRig();
    await rig.build(chain());
    await rig.build(chain({ base: 'newer', hook: 'other' }));
    expect(whyOf(rig, 'hook')).toMatchObject({ why: { kind: 'changed', cascadeOf: [] } });
  });

  it('it was told to', async () => {
    const rig = new EngineRig();
    await rig.build(chain());
    await rig.build(chain(), { forced: ['hook'] });
    expect(whyOf(rig, 'hook')).toMatchObject({ why: { kind: 'forced' } });
    expect(await rig.last.get('hook')).toMatchObject({ cause: 'forced' });
  });

  it('it failed the last time', async () => {
    const rig = new EngineRig();
    const graph = toyGraph({ bad: { recipe: 'fail' } });
    await rig.build(graph);
    await rig.build(graph);
    expect(whyOf(rig, 'bad')).toMatchObject({ why: { kind: 'failed-before' } });
  });

  it('its result is gone', async () => {
    const rig = new EngineRig();
    await rig.build(chain());
    for (const { id } of rig.executor.runs) if (id === 'pack') rig.executor.lost.add(id);
    await rig.build(chain());
    expect(whyOf(rig, 'pack')).toMatchObject({ why: { kind: 'result-missing' } });
  });
});

describe('early cutoff', () => {
  it('is said by the step that did not have to run, and remembered', async () => {
    const rig = new EngineRig();
    await rig.build(chain());
    await rig.build(chain(), { forced: ['hook'] });
    expect(cached(rig)).toMatchObject([{ step: 'base' }, { step: 'pack', cutoff: ['hook'] }]);
    expect(await rig.last.get('pack')).toMatchObject({ cause: 'first-build', cutoff: ['hook'] });
  });

  it('is not what brings back an older result', async () => {
    const rig = new EngineRig();
    await rig.build(chain());
    await rig.build(chain({ hook: 'other' }));
    await rig.build(chain());
    expect(cached(rig).every((event) => !('cutoff' in event))).toBe(true);
  });
});
