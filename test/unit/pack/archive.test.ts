import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { byteString } from '../../../src/tree/index.js';
import { archiveOf } from '../../support/archive-of.js';
import {
  device,
  dir,
  fifo,
  file,
  link,
  listed,
  type NaiveDirectory,
  put,
  rootfs,
  symlink,
} from '../../support/naive-rootfs.js';
import {
  expectedScan,
  extract,
  hasProgram,
  isRoot,
  listedByPython,
  run,
  type Seen,
  scanned,
} from '../../support/tar-tools.js';
import { privateDirectory } from '../../support/template-tree.js';

/** `cap_net_raw=ep` as the kernel keeps it: struct vfs_cap_data of linux/capability.h, revision 2. */
const CAP_NET_RAW = Buffer.from('0100000200200000000000000000000000000000', 'hex');

/** u::rw- u:1000:r-- g::r-- m::r-- o::---, as linux/posix_acl_xattr.h lays it out: version, then tag, permissions, id. */
const ACL = [
  '02000000',
  '01000600ffffffff',
  '02000400e8030000',
  '04000400ffffffff',
  '10000400ffffffff',
  '20000000ffffffff',
].join('');

/** Everything that a root file system may hold and that archives are known to lose. */
function everything(): NaiveDirectory {
  const root = rootfs({
    'bin/ping': file('#!', {
      mode: 0o755,
      xattrs: { [byteString('security.capability')]: byteString(CAP_NET_RAW) },
    }),
    'bin/su': file('#!', { mode: 0o4755 }),
    tmp: dir({ mode: 0o1777, xattrs: { [byteString('user.dir')]: byteString('x\n=\0') } }),
    'dev/console': device('char', [5, 1], { mode: 0o600 }),
    'dev/loop': device('block', [259, 70_000], { gid: 6 }),
    'run/pipe': fifo({ mode: 0o620 }),
    'etc/волки рыщут - пищу ищут!': file('UTF-8\n', { uid: 1000, gid: 1000 }),
    [`etc/${'л'.repeat(127)}`]: file('longest name'),
    [`${'deep/'.repeat(60)}${'x'.repeat(200)}`]: file('long path'),
    'etc/new\nline': file('newline'),
    'etc/empty': file(''),
    'etc/link': symlink('волки'),
    'etc/far': symlink('x'.repeat(900)),
    'usr/one': file('one inode', { xattrs: { [byteString('user.shared')]: byteString('yes') } }),
    'a-link': link('usr/one'),
    [`usr/${'h'.repeat(120)}`]: link('usr/one'),
    'big/ids': file('', { uid: 3_000_000, gid: 4_000_000_000 }),
    big: dir({ mtime: 1_600_000_000 }),
  });
  put(root, byteString(Buffer.from([0x65, 0xff, 0xfe])), file('no UTF-8'));
  put(root, byteString(Buffer.from([0x66, 0xff])), symlink(Buffer.from([0xff])));
  return root;
}

describe('an archive of everything', () => {
  it.skipIf(!isRoot)('is extracted by GNU tar as it was packed', () => {
    const root = everything();
    expect(scanned(extract('gnu', archiveOf(root), privateDirectory()))).toEqual(expectedScan(root));
  });

  it.skipIf(!isRoot || !hasProgram('bsdtar'))('is extracted by bsdtar as it was packed', () => {
    const root = everything();
    // bsdtar leaves the time of the directory that it extracts into.
    const [, ...found] = scanned(extract('bsd', archiveOf(root), privateDirectory()));
    expect(found).toEqual(expectedScan(root).slice(1));
  });

  it.skipIf(!isRoot)('is extracted by Python as it was packed, attributes apart', () => {
    const root = everything();
    // Python does not set the times of symbolic links.
    const plain = (seen: readonly Seen[]) =>
      seen.map((one) => ({ ...withoutXattrs(one), mtime: one.type === 'symlink' ? 0 : one.mtime }));
    const found = scanned(extract('python', archiveOf(root), privateDirectory()));
    expect(plain(found)).toEqual(plain(expectedScan(root)));
  });

  it.skipIf(!isRoot || !hasProgram('busybox'))('is extracted by busybox as far as ustar goes', () => {
    // busybox reads no extended headers, so what needs one is left out; it sets the times of files only.
    const root = rootfs({
      'bin/su': file('#!', { mode: 0o4755 }),
      'bin/su-link': link('bin/su'),
      tmp: dir({ mode: 0o1777 }),
      'dev/console': device('char', [5, 1], { mode: 0o600 }),
      'run/pipe': fifo({ mode: 0o620 }),
      [`${'deep/'.repeat(20)}${'x'.repeat(99)}`]: file('prefix and name', { uid: 1000, gid: 1000 }),
      'etc/link': symlink('elsewhere'),
      'etc/empty': file(''),
    });
    const plain = (seen: readonly Seen[]) =>
      seen.map((one) => ({ ...withoutXattrs(one), mtime: one.type === 'file' ? one.mtime : 0 }));
    const found = scanned(extract('busybox', archiveOf(root), privateDirectory()));
    expect(plain(found)).toEqual(plain(expectedScan(root)));
  });

  it.skipIf(!isRoot)('keeps access control lists and SELinux labels', () => {
    const root = rootfs({
      'etc/shared': file('acl', {
        mode: 0o640,
        xattrs: { [byteString('system.posix_acl_access')]: byteString(Buffer.from(ACL, 'hex')) },
      }),
      'etc/labelled': file('label', {
        xattrs: { [byteString('security.selinux')]: byteString('system_u:object_r:etc_t:s0\0') },
      }),
    });
    expect(scanned(extract('gnu', archiveOf(root), privateDirectory()))).toEqual(expectedScan(root));
  });

  it('has room for a hundred thousand files in a directory', () => {
    const archive = join(privateDirectory(), 'many.tar');
    const names = Array.from({ length: 100_000 }, (_, index) => `many/file-${index}`);
    writeFileSync(archive, archiveOf(rootfs(Object.fromEntries(names.map((name) => [name, file('')])))));
    const listing = run(['tar', '-tf', archive]).toString().trim().split('\n');
    expect(listing).toHaveLength(100_002);
    expect(new Set(listing).size).toBe(100_002);
  });

  it.skipIf(!hasProgram('python3'))('is listed by Python member by member', () => {
    const root = everything();
    const archive = join(privateDirectory(), 'all.tar');
    writeFileSync(archive, archiveOf(root));
    const members = listedByPython(archive);
    const expected = expectedScan(root);
    expect(members.map(({ path }) => path.replace(/^\.\/?/, ''))).toEqual(expected.map(({ path }) => path));
    for (const [index, member] of members.entries()) {
      const {
        mode,
        uid,
        gid,
        mtime,
        path,
        first,
        type,
        target,
        device: numbers,
      } = expected[index] ?? expected[0] ?? { ...member, first: '' };
      expect(member).toMatchObject({ mode, uid, gid, mtime, type: first === path ? type : 'link' });
      if (target !== undefined) expect(member.target).toBe(target);
      if (first !== path) expect(member.target).toBe(`./${first}`);
      if (numbers !== undefined) expect(member.device).toEqual(numbers);
    }
  });

  it.each(['tar', 'bsdtar'])('is listed whole by %s', (program) => {
    if (!hasProgram(program)) return;
    const root = everything();
    const archive = join(privateDirectory(), 'all.tar');
    writeFileSync(archive, archiveOf(root));
    const names = run([program, '-tf', archive]).toString().trim().split('\n');
    expect(names).toHaveLength([...listed(root)].length);
    expect(names[0]).toBe('./');
  });
});

function withoutXattrs(seen: Seen) {
  return { ...seen, xattrs: {} };
}
