import { describe, expect, it } from 'vitest';

import { err } from '../../../src/base/index.js';
import { EngineRig } from '../../support/engine-rig.js';
import { toyGraph } from '../../support/memory-executor.js';

describe('what is told of a step that runs', () => {
  it('has its progress, and one end for every beginning, also when it is tried again', async () => {
    const rig = new EngineRig();
    const { executor } = rig;
    const run = executor.run.bind(executor);
    let tries = 0;
    executor.run = async (step, context) => {
      context.progress({ done: 1, total: 2, unit: 'bytes' });
      return ++tries === 1 ? err({ kind: 'store-damaged', detail: 'a blob' }) : run(step, context);
    };
    await rig.build(toyGraph({ only: {} }));
    expect(rig.told()).toEqual([
      ...['step-started only', 'step-progress only', 'warning only', 'step-cancelled only'],
      ...['step-started only', 'step-progress only', 'step-output only', 'step-finished only'],
    ]);
    expect(rig.events[1]).toEqual({
      type: 'step-progress',
      step: 'only',
      done: 1,
      total: 2,
      unit: 'bytes',
    });
  });
});
