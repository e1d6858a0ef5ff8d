import { describe, expect, it } from 'vitest';

import { type CopyOperation, planCopy } from '../../../src/actions/inside/plan-copy.js';
import { digestOf } from '../../../src/base/index.js';
import type { CopiedEntry, CopyDestination } from '../../../src/graph/index.js';
import { byteString, TreeObjects } from '../../../src/tree/index.js';
import { file, rootfs, symlink, treeOf } from '../../support/naive-rootfs.js';

const TREE = rootfs({
  'usr/sbin/init': file('i'),
  sbin: symlink('usr/sbin'),
  'etc/motd': file('m'),
  'etc/conf.d/one': file('1'),
  'etc/link': symlink('/etc/motd'),
  'etc/away': symlink('/nowhere'),
  'srv/loop': symlink('loop'),
  'tmp/x': file('x'),
});

const oneFile: readonly CopiedEntry[] = [
  { path: '', type: 'file', mode: 0o640, size: 1, digest: digestOf('x') },
];
const overlay: readonly CopiedEntry[] = [
  { path: '', type: 'dir', mode: 0o750 },
  { path: 'sbin', type: 'dir', mode: 0o755 },
  { path: 'sbin/tool', type: 'file', mode: 0o755, size: 1, digest: digestOf('x') },
  { path: 'new', type: 'dir', mode: 0o700 },
  { path: 'new/to', type: 'symlink', target: '/etc/shadow' },
];

function plan(entries: readonly CopiedEntry[], path: string, place: CopyDestination['place']) {
  const objects = new TreeObjects();
  const tree = treeOf(objects, TREE);
  const planned = planCopy(objects, tree, {
    name: 'own',
    entries,
    destination: { path: byteString(path), place },
  });
  return planned.ok ? planned.value.map(shown) : planned.error;
}

function shown(operation: CopyOperation): string {
  if (operation.kind === 'make-directory') return `${operation.path}/ ${operation.mode.toString(8)}`;
  if (operation.kind === 'make-link') return `${operation.path} -> ${operation.target}`;
  return `${operation.path} ${operation.mode.toString(8)} of ${operation.entry}`;
}

describe('copying a file', () => {
  it.each([
    ['/etc/motd', 'auto', ['etc/motd 640 of 0']],
    ['/etc', 'auto', ['etc/own 640 of 0']],
    ['/', 'auto', ['own 640 of 0']],
    ['/sbin', 'auto', ['usr/sbin/own 640 of 0']],
    ['/sbin/', 'into', ['usr/sbin/own 640 of 0']],
    ['/sbin/new', 'auto', ['usr/sbin/new 640 of 0']],
    ['/opt/a/b', 'auto', ['opt/ 755', 'opt/a/ 755', 'opt/a/b 640 of 0']],
    ['/opt/a/', 'into', ['opt/ 755', 'opt/a/ 755', 'opt/a/own 640 of 0']],
    // A link in its place is replaced and never written through.
    ['/etc/link', 'auto', ['etc/link 640 of 0']],
    ['/etc/away/x', 'auto', ['nowhere/ 755', 'nowhere/x 640 of 0']],
    ['/../../etc/x', 'at', ['etc/x 640 of 0']],
  ] as const)('to %s (%s) does %j', (path, place, expected) => {
    expect(plan(oneFile, path, place)).toEqual(expected);
  });

  it.each([
    ['/etc', 'at', '/etc is a directory, and a directory is never replaced'],
    ['/etc/motd/', 'into', '/etc/motd is not a directory'],
    ['/etc/motd/x', 'auto', '/etc/motd is not a directory'],
    ['/srv/loop/x', 'auto', 'its symbolic links lead in a circle'],
    [
      '/tmp/x',
      'auto',
      '/tmp/x would not be seen by hooks and commands, which have another /tmp: copy it elsewhere',
    ],
    [
      '/dev/',
      'into',
      '/dev/own would not be seen by hooks and commands, which have another /dev: copy it elsewhere',
    ],
  ] as const)('to %s (%s) is refused: %s', (path, place, message) => {
    expect(plan(oneFile, path, place)).toBe(message);
  });
});

describe('copying a directory', () => {
  it('merges into what is there, behind links of the root file system too', () => {
    expect(plan(overlay, '/', 'at')).toEqual([
      ...['usr/sbin/tool 755 of 2', 'new/ 700', 'new/to -> /etc/shadow'],
    ]);
  });

  it('makes it under its own name inside a directory, and under a new name elsewhere', () => {
    const below = (top: string) => [
      ...[`${top}/ 750`, `${top}/sbin/ 755`, `${top}/sbin/tool 755 of 2`, `${top}/new/ 700`],
      `${top}/new/to -> /etc/shadow`,
    ];
    expect(plan(overlay, '/srv', 'auto')).toEqual(below('srv/own'));
    expect(plan(overlay, '/srv/app', 'auto')).toEqual(below('srv/app'));
  });

  it('never replaces a file, nor a link that leads to no directory', () => {
    const said = 'is not a directory, and a directory is to go there';
    expect(plan(overlay, '/etc/motd', 'auto')).toBe(`/etc/motd ${said}`);
    expect(plan(overlay, '/etc/link', 'auto')).toBe(`/etc/link ${said}`);
  });
});
