import { expect, test } from 'vitest';

import { directInputs } from '../../../../src/cli/graph/direct-inputs.js';
import { sketchedView } from '../../../support/graph-sketch.js';

test('an input that is given through another one as well is left out', () => {
  const { nodes } = sketchedView({
    steps: {
      pack: {},
      conf: {},
      metainfo: { needs: ['pack', 'conf'] },
      sign: { needs: ['metainfo'] },
      bundle: { needs: ['metainfo', 'sign', 'pack', 'conf'] },
      both: { needs: ['pack', 'pack', 'conf'] },
    },
  });
  expect([...directInputs(nodes)]).toEqual([
    ['pack', []],
    ['conf', []],
    ['metainfo', ['pack', 'conf']],
    ['sign', ['metainfo']],
    ['bundle', ['sign']],
    ['both', ['pack', 'conf']],
  ]);
});
