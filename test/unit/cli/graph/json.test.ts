import { expect, test } from 'vitest';

import { renderJson } from '../../../../src/cli/graph/json.js';
import { sketchedView } from '../../../support/graph-sketch.js';

test('the JSON rendering is one object in one line with the fields of docs/graph.md', () => {
  const json = renderJson(
    sketchedView({
      steps: {
        'base:x': { durationMs: 9, rest: 'cached' },
        'a/lxc:pack': {
          needs: ['base:x'],
          state: 'dirty',
          last: 'failed',
          reasons: ['it failed the last time'],
          durationMs: 4,
          run: [1, 5],
          how: 'failed',
        },
      },
      targets: { 'a/lxc': 'a/lxc:pack' },
    }),
  );
  expect(json.split('\n')).toHaveLength(2);
  const run = { pool: 'work', slot: 1, startMs: 1, endMs: 5 };
  expect(JSON.parse(json)).toEqual({
    type: 'graph',
    format: 1,
    targets: [{ name: 'a/lxc', step: 'a/lxc:pack', output: '/out/a/lxc.bun' }],
    steps: [
      {
        id: 'base:x',
        kind: 'toy',
        pool: 'work',
        targets: ['a/lxc'],
        inputs: {},
        state: 'up-to-date',
        reasons: [],
        durationMs: 9,
        lastBuild: { how: 'cached' },
      },
      {
        id: 'a/lxc:pack',
        kind: 'toy',
        pool: 'work',
        targets: ['a/lxc'],
        inputs: { in0: 'base:x' },
        state: 'failed',
        reasons: ['it failed the last time'],
        durationMs: 4,
        lastBuild: { how: 'failed', ...run, critical: true },
      },
    ],
    lastBuild: {
      endedAt: '2024-01-01T12:30:05.000Z',
      durationMs: 5,
      jobs: 2,
      targets: ['t/lxc'],
      criticalPath: { steps: ['a/lxc:pack'], durationMs: 4 },
      runs: [{ step: 'a/lxc:pack', kind: 'toy', how: 'failed', ...run }],
      rest: [{ step: 'base:x', kind: 'toy', how: 'cached', savedMs: 9 }],
    },
  });
});

test('a step that never ran and a project that was never built leave fields out', () => {
  const document = JSON.parse(renderJson(sketchedView({ steps: { a: { state: 'dirty' } } }))) as {
    readonly steps: readonly object[];
  };
  expect(document).not.toHaveProperty('lastBuild');
  expect(document.steps[0]).not.toHaveProperty('durationMs');
  expect(document.steps[0]).not.toHaveProperty('lastBuild');
});
