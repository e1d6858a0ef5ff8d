import { describe, expect, test } from 'vitest';

import { compareMemberPaths, memberPathFault } from '../../../src/bundle/index.js';

describe('member paths', () => {
  test('stand in bundle order, conf files by code units', () => {
    const paths = [
      'rootfs.tar.gz',
      'conf/b',
      'packages.json',
      'metainfo.json.asc',
      'conf/B',
      'metainfo.json',
    ];
    expect(paths.sort(compareMemberPaths)).toEqual([
      'metainfo.json',
      'metainfo.json.asc',
      'conf/B',
      'conf/b',
      'packages.json',
      'rootfs.tar.gz',
    ]);
  });

  test.each([
    'metainfo.json',
    'conf/config',
    'conf/волки/ищут пищу',
    'conf/a..b',
    'rootfs.tar',
    'rootfs.tar.zst',
  ])('%s is fine', (path) => {
    expect(memberPathFault(path)).toBeUndefined();
  });

  test.each([
    ['/etc/passwd', 'is absolute'],
    ['conf/../../etc/passwd', "holds '..'"],
    ['..', "holds '..'"],
    ['conf//a', 'has an empty part'],
    ['conf/./a', 'has an empty part'],
    ['conf/', 'has an empty part'],
    ['', 'has an empty part'],
    ['conf/a\nb', 'holds a control character'],
    ['conf/a\u0000b', 'holds a control character'],
    ['conf/\ud800', 'is not well-formed Unicode'],
    [`conf/${'x'.repeat(5000)}`, 'is longer than 4096 bytes'],
    ['README', 'is not a member that format 1 knows'],
    ['rootfs.tar.xz', 'is not a member that format 1 knows'],
  ])('%j is refused', (path, fault) => {
    expect(memberPathFault(path)).toBe(fault);
  });
});
