import fc from 'fast-check';
import { expect, test } from 'vitest';

import { criticalPath } from '../../src/cli/graph/critical-path.js';
import { renderDot } from '../../src/cli/graph/dot.js';
import { embedded } from '../../src/cli/graph/html.js';
import { renderMermaid } from '../../src/cli/graph/mermaid.js';
import { type GraphSketch, sketchedGraph, sketchedTimeline, sketchedView } from '../support/graph-sketch.js';

/** Steps that need some of those before them; most of them were at work. */
const steps: fc.Arbitrary<GraphSketch['steps']> = fc
  .array(
    fc.record({
      needs: fc.array(fc.nat(), { maxLength: 3 }),
      run: fc.option(fc.tuple(fc.nat(50), fc.nat(50)), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((list) =>
    Object.fromEntries(
      list.map(({ needs, run }, index) => [
        `s${index}`,
        {
          needs: index === 0 ? [] : needs.map((number) => `s${number % index}`),
          ...(run === undefined ? {} : { run: [run[0], run[0] + run[1]] as const }),
        },
      ]),
    ),
  );

/** The longest way to a step by trying every way. */
function longestWay(sketch: GraphSketch['steps'], name: string): number {
  const { needs = [], run = [0, 0] } = sketch[name] ?? {};
  return run[1] - run[0] + Math.max(0, ...needs.map((need) => longestWay(sketch, need)));
}

test('the critical path is as long as the longest of all ways, and its steps follow each other', () => {
  fc.assert(
    fc.property(steps, (sketch) => {
      const path = criticalPath(sketchedGraph(sketch), sketchedTimeline(sketch)?.runs ?? []);
      const took = (name: string) => {
        const [start, end] = sketch[name]?.run ?? [0, 0];
        return end - start;
      };
      expect(path.durationMs).toBe(Math.max(...Object.keys(sketch).map((name) => longestWay(sketch, name))));
      expect(path.steps.reduce((sum, id) => sum + took(id), 0)).toBe(path.durationMs);
      const needsAbove = (name: string): readonly string[] => [
        name,
        ...(sketch[name]?.needs ?? []).flatMap(needsAbove),
      ];
      for (const [index, id] of path.steps.slice(1).entries())
        expect(needsAbove(id)).toContain(path.steps[index]);
    }),
  );
});

/** What a hook may be called: anything without a slash and control characters. */
const hookName = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .filter((name) => !/[/\p{Cc}\p{Cs}]/u.test(name));

test('no name of a hook leaves its quotes in dot or mermaid', () => {
  fc.assert(
    fc.property(hookName, hookName, (one, other) => {
      const view = sketchedView({ steps: { [`t/lxc:${one}`]: {}, [`t/kvm:${other}`]: {} } });
      // A quoted string of dot ends at the first quote without a backslash; `\\` is a pair of its own.
      const dotLine = /^ {2}s\d+ \[(?:\w+=(?:"(?:[^"\\]|\\.)*"|\w+)(?:, |(?=\])))+\];$/u;
      for (const line of renderDot(view).split('\n').slice(3, 5)) expect(line).toMatch(dotLine);
      for (const line of renderMermaid(view).split('\n').slice(1, 3))
        expect(line).toMatch(/^ {2}s\d+\["(?:[\p{L}\p{N} ,./:~+_-]|#\d+;|<br\/>)*"\]$/u);
    }),
  );
});

test('what is embedded in a page reads back as it was and cannot end its element', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom('</script>', '<!--', '<SCRIPT', ''), (value, hostile) => {
      const text = embedded({ value, hostile });
      expect(text).not.toContain('<');
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify({ value, hostile })));
    }),
  );
});
