import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { digestOf } from '../../../src/base/index.js';
import { Pins } from '../../../src/store/index.js';
import { privateDirectory } from '../../support/template-tree.js';

describe('Pins', () => {
  const pinned = (mkvefile: string) => ({ mkvefile, targets: { 't/lxc': [digestOf(mkvefile)] } });

  it('are those of every project, and go with the last target', async () => {
    const pins = new Pins(privateDirectory());
    await pins.set(pinned('/a/mkvefile.ts'));
    await pins.set(pinned('/b/mkvefile.ts'));
    expect((await pins.all()).map(({ mkvefile }) => mkvefile).toSorted()).toEqual([
      '/a/mkvefile.ts',
      '/b/mkvefile.ts',
    ]);
    await pins.set({ mkvefile: '/a/mkvefile.ts', targets: {} });
    expect(await pins.all()).toEqual([pinned('/b/mkvefile.ts')]);
    await pins.forget(pinned('/b/mkvefile.ts'));
    expect(await pins.all()).toEqual([]);
  });

  it('that are damaged pin nothing', async () => {
    const directory = privateDirectory();
    const pins = new Pins(directory);
    await pins.set(pinned('/a/mkvefile.ts'));
    for (const name of readdirSync(directory))
      writeFileSync(join(directory, name), '{"targets":{"t":["x"]}}');
    expect(await pins.all()).toEqual([]);
  });
});
