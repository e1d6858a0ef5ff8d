import { expect, test } from 'vitest';

import { renderText } from '../../../../src/cli/graph/text.js';
import { sketchedView } from '../../../support/graph-sketch.js';

test('a tree for each target, what is shared once, the last build below', () => {
  const text = renderText(
    sketchedView({
      steps: {
        'snapshot:x': { durationMs: 1500, rest: 'cached' },
        'base:x': { needs: ['snapshot:x'], durationMs: 30_000, run: [100, 30_100] },
        'a/lxc:01-root': {
          needs: ['base:x'],
          state: 'dirty',
          last: 'failed',
          reasons: ['it failed the last time'],
          durationMs: 40,
          run: [30_100, 30_140],
          how: 'failed',
        },
        'a/lxc:pack': { needs: ['a/lxc:01-root'], state: 'unknown', reasons: ['after a/lxc:01-root'] },
        'a/lxc:conf': {},
        'a/lxc:bundle': { needs: ['a/lxc:pack', 'a/lxc:conf', 'a/lxc:pack'], state: 'unknown' },
        'b/kvm:pack': { needs: ['base:x'], state: 'dirty', reasons: ['format changed', 'level: 6 -> 9'] },
        'b/kvm:both': { needs: ['b/kvm:pack', 'a/lxc:conf'], state: 'unknown' },
        'b/kvm:end': { needs: ['b/kvm:both'], state: 'unknown' },
      },
      targets: { 'a/lxc': 'a/lxc:bundle', 'b/kvm': 'b/kvm:end' },
    }),
  );
  expect(text).toBe(`a/lxc -> /out/a/lxc.bun
  may run                   a/lxc:bundle
  up to date        0.00 s  ├─ a/lxc:conf
  may run                   └─ a/lxc:pack
  failed            0.04 s     └─ a/lxc:01-root (it failed the last time)
  up to date        30.0 s        └─ base:x
  up to date        1.50 s           └─ snapshot:x

b/kvm -> /out/b/kvm.bun
  may run                   b/kvm:end
  may run                   └─ b/kvm:both
                               ├─ a/lxc:conf, see a/lxc
  would run                    └─ b/kvm:pack (format changed; level: 6 -> 9)
                                  └─ base:x, see a/lxc

last build, ended 2024-01-01T12:30:05Z: 2 steps at work, 1 cached, in 30.1 s
its critical path, 30.0 s:
                    30.0 s  base:x
                    0.04 s  a/lxc:01-root
`);
});

test('a step that a target needs twice refers to the line above', () => {
  const steps = { s: {}, l: { needs: ['s'] }, r: { needs: ['s'] }, end: { needs: ['l', 'r'] } };
  expect(renderText(sketchedView({ steps })).split('\n').slice(1, 6)).toEqual([
    '  up to date        0.00 s  end',
    '  up to date        0.00 s  ├─ l',
    '  up to date        0.00 s  │  └─ s',
    '  up to date        0.00 s  └─ r',
    '                               └─ s, see above',
  ]);
});
