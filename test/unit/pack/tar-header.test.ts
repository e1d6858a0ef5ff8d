import { closeSync, ftruncateSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { Header, Pax } from 'tar';
import { describe, expect, it } from 'vitest';

import { digestOf } from '../../../src/base/index.js';
import { tarHeader } from '../../../src/pack/index.js';
import { type ByteString, byteString, type FileNode, type WalkedNode } from '../../../src/tree/index.js';
import { hasProgram, listedByPython, run } from '../../support/tar-tools.js';
import { privateDirectory } from '../../support/template-tree.js';

const GIB = 1024 ** 3;
const META = { mode: 0o644, uid: 0, gid: 0, mtime: 1_000 };
const plainFile: FileNode = { type: 'file', ...META, size: 0, digest: digestOf('') };

const fileAt = (path: string, changes: Partial<FileNode> = {}): WalkedNode => ({
  path: byteString(path),
  node: { ...plainFile, ...changes },
});

/** The ustar block of the member itself, and the pax records before it as latin1 text. */
function parts(header: Buffer): { readonly plain: Header; readonly pax: string } {
  const plain = new Header(header, header.length - 512);
  expect(plain.cksumValid).toBe(true);
  if (header.length === 512) return { plain, pax: '' };
  const extended = new Header(header, 0);
  expect(extended.cksumValid).toBe(true);
  expect(extended.type).toBe('ExtendedHeader');
  return { plain, pax: header.toString('latin1', 512, 512 + (extended.size ?? 0)) };
}

describe('tarHeader', () => {
  it('is one block where ustar can say everything', () => {
    const { plain, pax } = parts(tarHeader(fileAt('etc/passwd', { mode: 0o4755, uid: 7, gid: 8, size: 3 })));
    expect(pax).toBe('');
    expect(plain).toMatchObject({
      path: './etc/passwd',
      mode: 0o4755,
      uid: 7,
      gid: 8,
      size: 3,
      type: 'File',
    });
    expect(plain.mtime?.getTime()).toBe(1_000_000);
  });

  it('calls the root ./ and ends directories with a slash', () => {
    const node = { type: 'dir', tree: digestOf(''), meta: { ...META, mode: 0o755 } } as const;
    expect(parts(tarHeader({ path: byteString(''), node })).plain).toMatchObject({
      path: './',
      type: 'Directory',
    });
    expect(parts(tarHeader({ path: byteString('etc'), node })).plain.path).toBe('./etc/');
  });

  // `./` takes two bytes of the hundred.
  it.each([
    ['a name of 100 bytes', 'n'.repeat(98), 512],
    ['a name of 100 bytes behind a prefix of 155', `${'p'.repeat(153)}/${'n'.repeat(100)}`, 512],
    ['a name of 101 bytes behind the prefix .', 'n'.repeat(99), 512],
    ['a name of 101 bytes behind a slash', `d/${'n'.repeat(101)}`, 1536],
    ['a prefix of 156 bytes', `${'p'.repeat(154)}/${'n'.repeat(100)}`, 1536],
    ['a path of 4000 bytes', `${'d/'.repeat(2000)}n`, 512 + 4096 + 512],
  ])('keeps %s whole', (_, path, size) => {
    const header = tarHeader(fileAt(path));
    expect(header.length).toBe(size);
    const { plain, pax } = parts(header);
    if (pax === '') expect(plain.path).toBe(`./${path}`);
    else expect(Pax.parse(pax).path).toBe(`./${path}`);
  });

  it('splits the name of a directory before its last part, never behind the final slash', () => {
    const path = `${'p'.repeat(100)}/${'n'.repeat(98)}`;
    const node = { type: 'dir', tree: digestOf(''), meta: META } as const;
    const header = tarHeader({ path: byteString(path), node });
    expect(header.length).toBe(512);
    expect(header.toString('latin1', 0, 100)).toBe(`${'n'.repeat(98)}/\0`);
    expect(parts(header).plain.path).toBe(`./${path}/`);
  });

  it('gives a UTF-8 name in a pax record without a character set', () => {
    const { pax } = parts(tarHeader(fileAt('волки')));
    expect(Buffer.from(pax, 'latin1').toString()).toBe('21 path=./волки\n');
  });

  it('says that a name which is not UTF-8 is plain bytes, before the name', () => {
    const { pax } = parts(tarHeader({ path: '\xffa' as ByteString, node: plainFile }));
    expect(pax).toBe('21 hdrcharset=BINARY\n13 path=./\xffa\n');
  });

  it('says so too of text that is not in composed form, which libarchive would rewrite', () => {
    const { pax } = parts(tarHeader(fileAt('e\u0301')));
    expect(Buffer.from(pax, 'latin1').toString()).toBe('21 hdrcharset=BINARY\n14 path=./e\u0301\n');
  });

  it('counts the length of a record with the digits of that length', () => {
    for (const length of [80, 88, 89, 90, 985, 986, 987, 988, 9_990]) {
      const { pax } = parts(tarHeader(fileAt(`${'é'.repeat(length)}`)));
      expect(pax.startsWith(`${pax.length} path=`)).toBe(true);
    }
  });

  it('gives a link target that is long or not ASCII in a record', () => {
    const targetOf = (target: string) =>
      parts(
        tarHeader({ path: byteString('l'), node: { type: 'symlink', target: byteString(target), ...META } }),
      );
    expect(targetOf('t'.repeat(100)).plain.linkpath).toBe('t'.repeat(100));
    expect(targetOf('t'.repeat(100)).pax).toBe('');
    expect(targetOf('t'.repeat(101)).pax).toBe(`115 linkpath=${'t'.repeat(101)}\n`);
    expect(Buffer.from(targetOf('é').pax, 'latin1').toString()).toBe('15 linkpath=é\n');
  });

  it('writes further names of an inode as links to the first, without content and attributes', () => {
    const links = ['a', 'b/c'].map((path) => byteString(path));
    const xattrs = { [byteString('user.x')]: byteString('v') };
    const first = parts(tarHeader(fileAt('a', { links, size: 5, xattrs })));
    expect(first.plain).toMatchObject({ type: 'File', size: 5 });
    expect(first.pax).toBe('25 SCHILY.xattr.user.x=v\n');
    const second = parts(tarHeader(fileAt('b/c', { links, size: 5, xattrs })));
    expect(second.plain).toMatchObject({ type: 'Link', size: 0, linkpath: './a', path: './b/c' });
    expect(second.pax).toBe('');
  });

  it('keeps attributes of any bytes, in the order of their names whatever the order they came in', () => {
    const [a, b] = [byteString('user.a'), byteString('user.b=%')];
    const value = byteString(Buffer.from([0, 0x0a, 0x3d, 0xff]));
    const header = tarHeader(fileAt('f', { xattrs: { [b]: byteString(''), [a]: value } }));
    const { pax } = parts(header);
    expect(pax).toBe('28 SCHILY.xattr.user.a=\0\n=\xff\n30 SCHILY.xattr.user.b%3D%25=\n');
    expect(tarHeader(fileAt('f', { xattrs: { [a]: value, [b]: byteString('') } }))).toEqual(header);
  });

  it('keeps device numbers', () => {
    const node = { type: 'block', major: 4095, minor: 1_048_575, ...META } as const;
    expect(parts(tarHeader({ path: byteString('d'), node })).plain).toMatchObject({
      type: 'BlockDevice',
      devmaj: 4095,
      devmin: 1_048_575,
    });
  });

  it('gives what octal digits cannot hold in records', () => {
    expect(parts(tarHeader(fileAt('f', { uid: 0o7777777, gid: 0o7777777, size: 8 * GIB - 1 }))).pax).toBe('');
    expect(parts(tarHeader(fileAt('f', { uid: 0o10000000 }))).pax).toBe('15 uid=2097152\n');
    expect(parts(tarHeader(fileAt('f', { gid: 4_294_967_294 }))).pax).toBe('18 gid=4294967294\n');
    expect(parts(tarHeader(fileAt('f', { size: 8 * GIB }))).pax).toBe('19 size=8589934592\n');
    expect(parts(tarHeader(fileAt('f', { mtime: -1 }))).pax).toBe('12 mtime=-1\n');
  });

  it('gives the same bytes for the same member and names no process, user or time', () => {
    const header = tarHeader(fileAt('é'));
    expect(tarHeader(fileAt('é'))).toEqual(header);
    expect(new Header(header, 0)).toMatchObject({ path: 'PaxHeaders/__', uid: 0, gid: 0 });
  });

  const readers: readonly [string, (file: string) => readonly (readonly [string, number])[]][] = [
    ['tar', (file) => sizesOf(run(['tar', '-tvf', file]), 2, 5)],
    ['bsdtar', (file) => sizesOf(run(['bsdtar', '-tvf', file]), 4, 8)],
    ['python3', (file) => listedByPython(file).map(({ path, size }) => [path, size] as const)],
  ];
  it.skipIf(process.platform !== 'linux').each(readers)(
    'lets %s read past a file of 9 GiB',
    (program, sizes) => {
      if (!hasProgram(program)) return;
      const archive = join(privateDirectory(), 'sparse.tar');
      const big = 9 * GIB + 1;
      const first = tarHeader(fileAt('big', { size: big }));
      const second = tarHeader(fileAt('after', { size: 0 }));
      // Nine gibibytes of holes, which cost nothing.
      writeFileSync(archive, first);
      const file = openSync(archive, 'r+');
      const next = first.length + Math.ceil(big / 512) * 512;
      writeSync(file, second, 0, second.length, next);
      ftruncateSync(file, next + second.length + 1024);
      closeSync(file);
      expect(sizes(archive)).toEqual([
        ['./big', big],
        ['./after', 0],
      ]);
    },
  );
});

/** Name and size from a listing as `ls -l` writes it. */
function sizesOf(listing: Buffer, size: number, name: number): readonly (readonly [string, number])[] {
  const rows = listing.toString().trim().split('\n');
  return rows.map((row) => {
    const fields = row.split(/\s+/);
    return [fields[name] ?? '', Number(fields[size])];
  });
}
