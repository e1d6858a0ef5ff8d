import { describe, expect, it } from 'vitest';

import { FailureMemory, SharedRun } from '../../../src/engine/index.js';
import { EngineRig, settled, states } from '../../support/engine-rig.js';
import { toyGraph } from '../../support/memory-executor.js';

const graph = (recipe = 'slow') =>
  toyGraph({ slow: { recipe }, after: { needs: ['slow'] }, other: {}, last: { needs: ['other'] } });

describe('a build that is retired', () => {
  it('stops at once what nobody wants any longer, lets the rest end and starts nothing', async () => {
    const rig = new EngineRig();
    const slow = rig.executor.hold('slow');
    const other = rig.executor.hold('other');
    const running = rig.start(graph());
    await Promise.all([slow.started, other.started]);
    running.retire((step) => step === 'other');
    await settled();
    expect(rig.told()).toContain('step-cancelled slow');
    expect(rig.told()).not.toContain('step-finished other');
    other.release();
    expect(states(await running.ended)).toEqual({
      slow: 'cancelled',
      after: 'cancelled',
      other: 'ran',
      last: 'cancelled',
    });
    expect(rig.executor.ran()).toEqual(['slow', 'other']);
  });

  it('may be retired twice, also when it has ended', async () => {
    const rig = new EngineRig();
    const running = rig.start(graph());
    await running.ended;
    running.retire(() => false);
    running.retire(() => false);
    expect(states(await running.ended)).toMatchObject({ slow: 'ran', last: 'ran' });
  });

  it('hands what it still runs to the build that follows, which runs it no second time', async () => {
    const rig = new EngineRig();
    const shared = new SharedRun({ jobs: 2 });
    const slow = rig.executor.hold('slow');
    const other = rig.executor.hold('other');
    const first = rig.start(graph(), { shared });
    await Promise.all([slow.started, other.started]);
    first.retire((step) => step === 'other');
    const second = rig.start(graph('changed'), { shared });
    slow.release();
    await settled();
    other.release();
    await first.ended;
    expect(states(await second.ended)).toEqual({ slow: 'ran', after: 'ran', other: 'cached', last: 'ran' });
    expect(rig.executor.ran().filter((step) => step === 'other')).toEqual(['other']);
  });

  it('never has more running than there are slots, both builds together', async () => {
    const rig = new EngineRig();
    const shared = new SharedRun({ jobs: 2 });
    const wide = (tail: string) =>
      toyGraph(Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [`${name}${tail}`, {}])));
    rig.executor.turns = () => 3;
    const first = rig.start(wide('1'), { shared });
    first.retire(() => true);
    await Promise.all([first.ended, rig.build(wide('2'), { shared })]);
    expect(rig.executor.mostAtOnce).toBe(2);
  });
});

describe('a failure that is remembered', () => {
  const bad = toyGraph({ bad: { recipe: 'fail for good' }, after: { needs: ['bad'] } });

  it('is not run again while its key is the same, and is said again', async () => {
    const rig = new EngineRig();
    const shared = new SharedRun({ jobs: 2, failures: new FailureMemory() });
    await rig.build(bad, { shared });
    const outcome = await rig.build(bad, { shared });
    expect(states(outcome)).toEqual({ bad: 'failed', after: 'skipped' });
    expect(rig.executor.ran()).toEqual(['bad']);
    expect(rig.events).toContainEqual(
      expect.objectContaining({ type: 'step-failed', step: 'bad', how: 'remembered' }),
    );
  });

  it('is run again when its key is another, when it is forced, and when it is forgotten', async () => {
    const rig = new EngineRig();
    const failures = new FailureMemory();
    const shared = new SharedRun({ jobs: 2, failures });
    await rig.build(bad, { shared });
    await rig.build(toyGraph({ bad: { recipe: 'good' } }), { shared });
    await rig.build(bad, { shared, forced: ['bad'] });
    failures.forgetAll();
    await rig.build(bad, { shared });
    expect(rig.executor.ran()).toEqual(['bad', 'bad', 'bad', 'bad']);
  });

  it('is one that may not go well the next time: others are run again', async () => {
    const rig = new EngineRig();
    const shared = new SharedRun({ jobs: 2, failures: new FailureMemory() });
    const shaky = toyGraph({ shaky: { recipe: 'fail' } });
    await rig.build(shaky, { shared });
    await rig.build(shaky, { shared });
    expect(rig.executor.ran()).toEqual(['shaky', 'shaky']);
  });

  it('stops the build as the failure itself did', async () => {
    const rig = new EngineRig();
    const shared = new SharedRun({ jobs: 1, failures: new FailureMemory() });
    const both = toyGraph({ bad: { recipe: 'fail for good' }, good: {}, last: { needs: ['good'] } });
    await rig.build(both, { shared });
    const outcome = await rig.build(both, { shared });
    expect(states(outcome)).toEqual({ bad: 'failed', good: 'cancelled', last: 'cancelled' });
  });
});
