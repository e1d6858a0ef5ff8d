import { describe, expect, it } from 'vitest';

import { placesOf } from '../../../src/watch/index.js';

const DIRECTORIES = new Set(['/', '/t', '/t/hooks', '/t/conf']);
const places = (...reads: readonly string[]) =>
  placesOf(reads, (path) => {
    if (DIRECTORIES.has(path)) return 'directory';
    return path.endsWith('gone') ? 'missing' : 'other';
  });

describe('what is watched for', () => {
  it('a file is its name in its directory', () => {
    const { directories, isRelevant } = places('/t/hypervisors');
    expect([...directories]).toEqual([['/t', new Set(['hypervisors'])]]);
    expect(isRelevant('/t/hypervisors')).toBe(true);
    expect(isRelevant('/t/other')).toBe(false);
    expect(isRelevant('/t/hypervisors/below')).toBe(false);
  });

  it('a directory is all that is in it, and its own name', () => {
    const { directories, isRelevant } = places('/t/conf');
    expect(directories.get('/t/conf')).toBe('all');
    expect(directories.get('/t')).toEqual(new Set(['conf']));
    expect(isRelevant('/t/conf/new')).toBe(true);
    expect(isRelevant('/t/conf')).toBe(true);
    expect(isRelevant('/t')).toBe(false);
  });

  it('a hook that does not exist yet is its name in the directory where it would win', () => {
    const { isRelevant } = places('/t/hooks/01-gone');
    expect(isRelevant('/t/hooks/01-gone')).toBe(true);
  });

  it('a path that lacks directories is the first of them that is missing', () => {
    const { directories, isRelevant } = places('/t/lists/deep/gone');
    expect([...directories]).toEqual([['/t', new Set(['lists'])]]);
    expect(isRelevant('/t/lists')).toBe(true);
  });

  it('a directory stays whole when a name in it is asked for too, whichever came first', () => {
    expect(places('/t/conf', '/t/conf/config').directories.get('/t/conf')).toBe('all');
    expect(places('/t/conf/config', '/t/conf').directories.get('/t/conf')).toBe('all');
  });

  it('nothing is nothing, and the root of the file system is the root', () => {
    expect(places().directories.size).toBe(0);
    expect([...places('/').directories]).toEqual([['/', 'all']]);
    expect(places('/gone').isRelevant('/gone')).toBe(true);
  });
});
