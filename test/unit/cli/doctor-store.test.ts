import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';
import { err, ok } from '../../../src/base/index.js';
import { storeNeeds } from '../../../src/cli/doctor/store-needs.js';
import { makeTrialDirectory, placeOf, removeTrialDirectory } from '../../../src/cli/doctor/store-place.js';
import { tempDir } from '../mkvefile/temp-dir.js';
import { named, STRANGER } from './doctor-rig.js';

const GOOD = { directory: '/var/cache', type: 'ext4', free: 50_000_000_000 };

function needs(
  place: Partial<typeof GOOD>,
  trial = ok('/var/cache/trial') as Parameters<typeof storeNeeds>[0]['trial'],
) {
  return storeNeeds({ root: '/var/cache/mkve', place: ok({ ...GOOD, ...place }), trial });
}

describe('the needs of the store', () => {
  test('are met by a writable directory on a local disk with room', () => {
    expect(needs({}).map(({ found }) => found)).toEqual([true, true, true]);
  });

  test('are a directory that can be written', () => {
    const [directory] = needs({}, err('EACCES: permission denied'));
    expect(directory).toMatchObject({ found: false, required: true, detail: 'EACCES: permission denied' });
  });

  test('are a local file system', () => {
    expect(named(needs({ type: 'nfs' }), 'store file system')).toMatchObject({
      found: false,
      required: true,
    });
  });

  test('include room for a build, as a warning', () => {
    expect(named(needs({ free: 1_999_999_999 }), 'free space')).toMatchObject({
      found: false,
      required: false,
      detail: '2.0 GB',
    });
  });
});

describe('the place of a store', () => {
  test('is the nearest directory that exists', async () => {
    const directory = await tempDir();
    const place = await placeOf(join(directory, 'not', 'yet'));
    expect(place).toMatchObject({ ok: true, value: { directory } });
    expect(await readdir(directory)).toEqual([]);
  });

  test('cannot be below a file', async () => {
    const directory = await tempDir({ file: '' });
    expect(await placeOf(join(directory, 'file'))).toEqual(err(`${directory}/file is not a directory`));
    expect((await placeOf(join(directory, 'file/store'))).ok).toBe(false);
  });

  test('is left as it was after a trial', async () => {
    const directory = await tempDir();
    const trial = await makeTrialDirectory(directory, STRANGER);
    if (!trial.ok) return expect.fail(trial.error);
    await removeTrialDirectory(trial.value);
    expect(await readdir(directory)).toEqual([]);
  });
});
