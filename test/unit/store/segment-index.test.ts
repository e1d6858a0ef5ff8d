import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { digestOf, hexOf, seal } from '../../../src/base/index.js';
import { type Segment, SegmentIndex } from '../../../src/store/index.js';
import { privateDirectory } from '../../support/template-tree.js';

const KEY = digestOf('key');
const SEGMENT: Segment = {
  blob: digestOf('blob'),
  size: 1,
  check: 2,
  plain: { key: digestOf('plain'), size: 3, check: 4 },
};

function indexWith(text: string): SegmentIndex {
  const directory = privateDirectory();
  const hex = hexOf(KEY);
  mkdirSync(join(directory, hex.slice(0, 2)));
  writeFileSync(join(directory, hex.slice(0, 2), `${hex}.json`), text);
  return new SegmentIndex(directory);
}

describe('a record of segments', () => {
  it('is what was put', async () => {
    const index = new SegmentIndex(privateDirectory());
    await index.put(KEY, [SEGMENT]);
    expect(await index.get(KEY)).toEqual([SEGMENT]);
  });

  it.each([
    ['torn', seal(JSON.stringify([SEGMENT])).slice(0, -5)],
    ['of another shape, as another version of mkve may write it', seal(JSON.stringify(SEGMENT))],
    ['of segments without plain bytes', seal(JSON.stringify([{ ...SEGMENT, plain: undefined }]))],
    ['no record at all', seal('null')],
    ['empty', ''],
  ])('is a miss when it is %s', async (_what, text) => {
    expect(await indexWith(text).get(KEY)).toBeUndefined();
  });
});
