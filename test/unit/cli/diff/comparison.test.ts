import { describe, expect, it } from 'vitest';

import {
  type Comparison,
  confDifferences,
  fieldDifferences,
  packageDifferences,
} from '../../../../src/cli/diff/comparison.js';
import { fileDifference } from '../../../../src/cli/diff/file-difference.js';
import { comparisonJson } from '../../../../src/cli/diff/json.js';
import { comparisonLines } from '../../../../src/cli/diff/text.js';
import {
  byteString,
  nodeDifferences,
  TreeObjects as Objects,
  type TreeObjects,
} from '../../../../src/tree/index.js';
import { schemaFaults } from '../../../support/event-schema.js';
import { device, file, rootfs, symlink, treeOf } from '../../../support/naive-rootfs.js';

const installed = (name: string, version: string, arch = 'amd64') => ({ name, version, arch });

describe('packages', () => {
  it('are compared by name and architecture, several versions of one together', () => {
    const before = [
      installed('a', '1'),
      installed('b', '1'),
      installed('k', '1'),
      installed('c', '1', 'i386'),
    ];
    const after = [
      installed('b', '2'),
      installed('d', '1'),
      installed('k', '2'),
      installed('k', '1'),
      installed('c', '1', 'i386'),
    ];
    expect(packageDifferences(before, after)).toEqual([
      { name: 'a', arch: 'amd64', before: '1' },
      { name: 'b', arch: 'amd64', before: '1', after: '2' },
      { name: 'd', arch: 'amd64', after: '1' },
      { name: 'k', arch: 'amd64', before: '1', after: '1, 2' },
    ]);
  });
});

describe('conf files and fields', () => {
  it('are compared by their names', () => {
    const conf = (path: string, digest: string, mode = '0644') => ({ path, digest, mode });
    expect(
      confDifferences([conf('a', '1'), conf('b', '1')], [conf('b', '2', '0755'), conf('c', '1')]),
    ).toEqual([
      { path: 'a', how: 'deleted', parts: [] },
      { path: 'b', how: 'changed', parts: ['content', 'mode'] },
      { path: 'c', how: 'added', parts: [] },
    ]);
    expect(
      fieldDifferences(
        new Map([
          ['a', '1'],
          ['b', '1'],
        ]),
        new Map([
          ['a', '2'],
          ['c', '1'],
        ]),
      ),
    ).toEqual([
      { field: 'a', before: '1', after: '2' },
      { field: 'c', after: '1' },
      { field: 'b', before: '1' },
    ]);
  });
});

function comparison(): Comparison {
  const objects: TreeObjects = new Objects();
  const before = treeOf(objects, rootfs({ a: file('x'), l: symlink('x'), gone: device('char', [1, 3]) }));
  const evil = 'e\x1b[2J\n';
  const after = treeOf(
    objects,
    rootfs({ a: file('xyz', { mode: 0o600, mtime: 5 }), l: symlink('y', { uid: 3 }), [evil]: file('') }),
  );
  return {
    of: 'step',
    before: 'one',
    after: 'other',
    metadata: [{ field: 'version', after: '1' }],
    packages: [{ name: 'p', arch: 'all', before: '1' }],
    conf: [{ path: 'config', how: 'changed', parts: ['mode'] }],
    files: nodeDifferences(objects, before, after)
      .map(fileDifference)
      .map((one) => (one.path === byteString('a') ? { ...one, text: '@@ -1 +1 @@\n-x\n+\x1b[2J\n' } : one)),
  };
}

describe('a comparison', () => {
  it('in words has a line for each difference, and obeys no name and no text', () => {
    expect(comparisonLines(comparison())).toEqual([
      'from     one',
      'to       other',
      'metadata version: none -> 1',
      'package  p 1 all deleted',
      'conf     config changed: mode',
      'changed  /a  content 1 B -> 3 B; mode 0644 -> 0600',
      '    @@ -1 +1 @@',
      '    -x',
      '    +^[[2J',
      'added    /e\\x1b[2J\\x0a  file 0644 0:0 0 B',
      'deleted  /gone  char 0644 0:0 1,3',
      'changed  /l  target x -> y; owner 0:0 -> 3:0',
      '1 field; 1 package; 1 conf file; paths: 1 added, 2 changed, 1 deleted',
    ]);
  });

  it('of things that are the same is one line', () => {
    const same = { ...comparison(), metadata: [], packages: [], conf: [], files: [] };
    expect(comparisonLines(same)).toEqual(['same     one and other']);
  });

  it('as JSON is what the schema says', () => {
    const object = JSON.parse(comparisonJson(comparison()));
    expect(schemaFaults(object)).toEqual([]);
    expect(object.files[0]).toMatchObject({
      path: '/a',
      parts: ['content', 'mode', 'time'],
      after: { mode: '0600' },
    });
  });
});
