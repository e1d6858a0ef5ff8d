import { describe, expect, it } from 'vitest';

import { criticalPath } from '../../../../src/cli/graph/critical-path.js';
import { type GraphSketch, sketchedGraph, sketchedTimeline } from '../../../support/graph-sketch.js';

const pathOf = (steps: GraphSketch['steps']) =>
  criticalPath(sketchedGraph(steps), sketchedTimeline(steps)?.runs ?? []);

describe('the critical path', () => {
  it('is the longest chain and not the longest step', () => {
    const path = pathOf({
      long: { run: [0, 50] },
      a: { run: [0, 30] },
      b: { needs: ['a'], run: [30, 55] },
      end: { needs: ['long', 'b'], run: [55, 60] },
    });
    expect(path).toEqual({ steps: ['a', 'b', 'end'], durationMs: 60 });
  });

  it('leads through steps that were cached, which take no time', () => {
    const path = pathOf({
      a: { run: [0, 30] },
      cached: { needs: ['a'], rest: 'cached', durationMs: 1000 },
      b: { needs: ['cached'], run: [30, 40] },
      c: { run: [0, 39] },
    });
    expect(path).toEqual({ steps: ['a', 'b'], durationMs: 40 });
  });

  it('counts what a step took and not how long it waited for a slot', () => {
    expect(pathOf({ a: { run: [0, 10] }, b: { needs: ['a'], run: [500, 510] } }).durationMs).toBe(20);
  });

  it('has nothing of a build whose steps are gone from the graph', () => {
    const runs = sketchedTimeline({ gone: { run: [0, 10] } })?.runs ?? [];
    expect(criticalPath(sketchedGraph({ a: {} }), runs)).toEqual({ steps: [], durationMs: 0 });
  });

  it('names steps that took no measurable time, too', () => {
    expect(pathOf({ a: { run: [3, 3] } })).toEqual({ steps: ['a'], durationMs: 0 });
  });
});
