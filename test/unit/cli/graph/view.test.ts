import { describe, expect, it } from 'vitest';

import { type GraphSketch, sketchedView } from '../../../support/graph-sketch.js';

const nodeOf = (sketch: GraphSketch, name: string) => {
  const node = sketchedView(sketch).nodes.find(({ id }) => id === name);
  if (node === undefined) throw new Error(`no node ${name}`);
  return node;
};

describe('a view of the graph', () => {
  it('has every step with its inputs by purpose and the targets that need it', () => {
    const sketch: GraphSketch = {
      steps: { base: {}, 'a/lxc:pack': { needs: ['base'] }, 'b/lxc:pack': { needs: ['base'] } },
      targets: { 'a/lxc': 'a/lxc:pack', 'b/lxc': 'b/lxc:pack' },
    };
    expect(nodeOf(sketch, 'base')).toMatchObject({ targets: ['a/lxc', 'b/lxc'], inputs: [] });
    expect(nodeOf(sketch, 'b/lxc:pack')).toMatchObject({
      targets: ['b/lxc'],
      inputs: [{ as: 'in0', step: 'base' }],
      pool: 'work',
    });
  });

  it.each([
    [{ state: 'up-to-date', last: 'failed-otherwise' }, 'up-to-date'],
    [{ state: 'dirty' }, 'dirty'],
    [{ state: 'dirty', last: 'done' }, 'dirty'],
    [{ state: 'dirty', last: 'failed' }, 'failed'],
    [{ state: 'dirty', last: 'failed-otherwise' }, 'dirty'],
    [{ state: 'unknown', last: 'failed' }, 'unknown'],
  ] as const)('joins %j into %s', (sketch, state) => {
    expect(nodeOf({ steps: { a: sketch } }, 'a').state).toBe(state);
  });

  it('says how long a step took, also in a run that does not count any more, and nothing of one that never ran', () => {
    expect(nodeOf({ steps: { a: { durationMs: 7 } } }, 'a').durationMs).toBe(7);
    expect(nodeOf({ steps: { a: { state: 'dirty', last: 'done', durationMs: 8 } } }, 'a').durationMs).toBe(8);
    expect(nodeOf({ steps: { a: { state: 'dirty' } } }, 'a')).not.toHaveProperty('durationMs');
  });

  it('tells what each step did in the last build, and which of them decided how long it took', () => {
    const steps = {
      base: { rest: 'cached' },
      slow: { needs: ['base'], run: [0, 50] },
      quick: { needs: ['base'], run: [0, 10] },
      end: { needs: ['slow', 'quick'], run: [50, 60], how: 'failed' },
      late: { needs: ['end'], rest: 'skipped' },
      other: {},
    } as const;
    const how = (name: string) => nodeOf({ steps }, name).inBuild;
    expect(how('base')).toEqual({ how: 'cached' });
    expect(how('slow')).toEqual({
      how: 'ran',
      run: { pool: 'work', slot: 1, startMs: 0, endMs: 50 },
      isCritical: true,
    });
    expect(how('quick')).toMatchObject({ isCritical: false });
    expect(how('end')).toMatchObject({ how: 'failed', isCritical: true });
    expect(how('late')).toEqual({ how: 'skipped' });
    expect(how('other')).toBeUndefined();
    expect(sketchedView({ steps }).build?.criticalPath).toEqual({ steps: ['slow', 'end'], durationMs: 60 });
  });

  it('knows of no build where none is on record', () => {
    expect(sketchedView({ steps: { a: {} } })).not.toHaveProperty('build');
  });
});
