import { expect, it } from 'vitest';

import { subordinateRanges } from '../../../src/workers/index.js';

it('ranges of subordinate ids are read line by line, and what is none means nothing', () => {
  const lines = [
    'jane:100000:65536',
    '1000:165536:65536',
    '',
    '# a comment',
    'jane:1e5:65536',
    'jane:0x10000:65536',
    'jane:1e999:65536',
    'jane:-1:65536',
    'jane: 100000:65536',
    'jane:100000:65536:1',
    ':100000:65536',
    'jane:4294967295:2',
    'last:4294967295:1',
  ];
  expect(subordinateRanges(lines.join('\n'))).toEqual([
    { owner: 'jane', start: 100_000, count: 65_536 },
    { owner: '1000', start: 165_536, count: 65_536 },
    { owner: 'last', start: 4_294_967_295, count: 1 },
  ]);
});
