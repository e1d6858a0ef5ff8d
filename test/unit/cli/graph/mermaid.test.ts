import { describe, expect, it } from 'vitest';

import { renderMermaid } from '../../../../src/cli/graph/mermaid.js';
import { sketchedView } from '../../../support/graph-sketch.js';

describe('the mermaid rendering', () => {
  it('has steps, arrows and classes by names that mean nothing', () => {
    const mermaid = renderMermaid(
      sketchedView({
        steps: {
          'base:x': { durationMs: 1500, run: [0, 1500] },
          't/lxc:end': { needs: ['base:x'], state: 'dirty', last: 'failed' },
        },
      }),
    );
    const lines = mermaid.split('\n');
    expect(lines.slice(0, 4)).toEqual([
      'flowchart TD',
      '  s0["base<br/>x<br/>up to date, 1.50 s"]',
      '  s1["end<br/>t/lxc<br/>failed, 0.00 s"]',
      '  s0 --> s1',
    ]);
    expect(lines.slice(-3)).toEqual(['  class s0 current,critical', '  class s1 failed', '']);
  });

  it('writes what means something to Mermaid as entities', () => {
    const mermaid = renderMermaid(sketchedView({ steps: { 't/lxc:a"b]<script>`#x;\\n': {} } }));
    expect(mermaid).toContain(
      's0["a#34;b#93;#60;script#62;#96;#35;x#59;#92;n<br/>t/lxc<br/>up to date, 0.00 s"]',
    );
  });

  it('leaves letters of all languages as they are', () => {
    expect(renderMermaid(sketchedView({ steps: { 't/lxc:волки': {} } }))).toContain('волки');
  });
});
