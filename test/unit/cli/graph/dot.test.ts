import { describe, expect, it } from 'vitest';

import { renderDot } from '../../../../src/cli/graph/dot.js';
import { sketchedView } from '../../../support/graph-sketch.js';

describe('the dot rendering', () => {
  it('has a line for each step and each arrow that no others imply', () => {
    const dot = renderDot(
      sketchedView({
        steps: {
          'base:x': { durationMs: 1500, run: [0, 1500] },
          't/lxc:pack': { needs: ['base:x'], state: 'dirty' },
          't/lxc:bundle': { needs: ['t/lxc:pack', 'base:x'], state: 'unknown' },
        },
      }),
    );
    const lines = dot.split('\n');
    expect(lines[0]).toBe('digraph mkve {');
    expect(lines.slice(-3)).toEqual(['  s1 -> s2;', '}', '']);
    expect(lines.filter((line) => line.includes('->'))).toEqual(['  s0 -> s1;', '  s1 -> s2;']);
    expect(lines[3]).toMatch(/^ {2}s0 \[label="base\\nx\\nup to date, 1\.50 s", .*penwidth=3\];$/);
    expect(lines[4]).toMatch(/^ {2}s1 \[label="pack\\nt\/lxc\\nwould run", tooltip="t\/lxc:pack", .*\];$/);
    expect(lines[5]).toContain('may run');
  });

  it('escapes quotes, backslashes and entities of names', () => {
    const dot = renderDot(sketchedView({ steps: { 't/lxc:a"b\\N\\': {}, 't/lxc:<b>&lt;': {} } }));
    expect(dot).toContain('label="a\\"b\\\\N\\\\\\nt/lxc');
    expect(dot).toContain('tooltip="t/lxc:a\\"b\\\\N\\\\"');
    expect(dot).toContain('label="<b>&amp;lt;\\nt/lxc');
  });
});
