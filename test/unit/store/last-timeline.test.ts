import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { LastTimeline, type Timeline } from '../../../src/store/index.js';
import { privateDirectory } from '../../support/template-tree.js';

const timeline: Timeline = {
  targets: ['t/lxc'],
  jobs: 2,
  durationMs: 30,
  runs: [{ step: 'a', kind: 'hook', how: 'ran', pool: 'work', slot: 1, startMs: 1, endMs: 20 }],
  rest: [{ step: 'base', kind: 'base', how: 'cached', savedMs: 5 }],
};

describe('LastTimeline', () => {
  it('tells the next process of the last build of this project, and when it was', async () => {
    const directory = privateDirectory();
    await new LastTimeline(directory, 'project', () => 1_700_000_000_000).save(timeline);
    const later = (scope: string) => new LastTimeline(directory, scope, () => 0).get();
    expect(await later('project')).toEqual({ ...timeline, endedAt: 1_700_000_000_000 });
    expect(await later('other project')).toBeUndefined();
    expect(readdirSync(directory)).toEqual([expect.stringMatching(/^[0-9a-f]{24}-timeline\.json$/)]);
  });

  it.each(['', '{', 'null', '{"format":1}', '{"format":2,"endedAt":1,"runs":[],"rest":[]}'])(
    'takes a file that holds %j for none',
    async (text) => {
      const directory = privateDirectory();
      const last = new LastTimeline(directory, 'project', () => 0);
      await last.save(timeline);
      const [name = ''] = readdirSync(directory);
      writeFileSync(join(directory, name), text);
      expect(await last.get()).toBeUndefined();
    },
  );
});
