import { assertNever } from '../base/index.js';
import type { ByteString, Meta, WalkedNode, Xattrs } from '../tree/index.js';

const BLOCK = 512;
/** What a POSIX ustar field of 11 octal digits holds: sizes and times. */
const MOST_OCTAL_11 = 0o77777777777;
/** And one of 7 digits: ids and device numbers. */
const MOST_OCTAL_7 = 0o7777777;

/**
 * The header blocks of one member: a ustar header (POSIX.1-2017, pax "ustar Interchange Format"), before it a pax
 * extended header where the plain one cannot say everything. Extended attributes use `SCHILY.xattr.NAME`, which GNU
 * tar, bsdtar and star read.
 */
export function tarHeader({ path, node }: WalkedNode): Buffer {
  const member = memberOf(path, node);
  const records = paxRecords(member);
  if (records.length === 0) return ustarBlock(member);
  const body = Buffer.concat(records);
  const extended: TarMember = {
    ...member,
    name: `PaxHeaders/${baseName(member.name).slice(0, 80)}` as ByteString,
    meta: { mode: 0o644, uid: 0, gid: 0, mtime: Math.max(0, member.meta.mtime) },
    flag: 'x',
    size: body.length,
    link: '' as ByteString,
    device: undefined,
  };
  return Buffer.concat([ustarBlock(extended), padded(body), ustarBlock(member)]);
}

/** Zero bytes that bring content of this size to a whole number of blocks. */
export function paddingOf(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

/** Two zero blocks end an archive. */
export const END_OF_ARCHIVE = Buffer.alloc(2 * BLOCK);

interface TarMember {
  readonly name: ByteString;
  readonly meta: Meta;
  readonly flag: string;
  readonly size: number;
  readonly link: ByteString;
  readonly device: { readonly major: number; readonly minor: number } | undefined;
}

function memberOf(path: ByteString, node: WalkedNode['node']): TarMember {
  const name = (path === '' ? './' : `./${path}`) as ByteString;
  const plain = { name, size: 0, link: '' as ByteString, device: undefined };
  switch (node.type) {
    case 'dir':
      return { ...plain, name: (path === '' ? name : `${name}/`) as ByteString, meta: node.meta, flag: '5' };
    case 'file': {
      const first = node.links?.[0];
      if (first === undefined || first === path) return { ...plain, meta: node, flag: '0', size: node.size };
      return { ...plain, meta: withoutXattrs(node), flag: '1', link: `./${first}` as ByteString };
    }
    case 'symlink':
      return { ...plain, meta: node, flag: '2', link: node.target };
    case 'fifo':
      return { ...plain, meta: node, flag: '6' };
    case 'char':
    case 'block':
      return { ...plain, meta: node, flag: node.type === 'char' ? '3' : '4', device: node };
    default:
      return assertNever(node);
  }
}

/** The attributes of an inode are set once, with its first name. */
function withoutXattrs({ mode, uid, gid, mtime }: Meta): Meta {
  return { mode, uid, gid, mtime };
}

/** The parts of a header that are the same in every member: the magic, and blanks where the checksum will be. */
const BLANK = Buffer.alloc(BLOCK);
BLANK.write('ustar\u000000', 257, 8, 'latin1');
BLANK.fill(' ', 148, 156);

function ustarBlock(member: TarMember): Buffer {
  const block = Buffer.from(BLANK);
  const { prefix, name } = splitName(member.name);
  block.write(name, 0, 100, 'latin1');
  writeOctal(block, { at: 100, digits: 7, value: member.meta.mode });
  writeOctal(block, { at: 108, digits: 7, value: within(member.meta.uid, MOST_OCTAL_7) });
  writeOctal(block, { at: 116, digits: 7, value: within(member.meta.gid, MOST_OCTAL_7) });
  writeOctal(block, { at: 124, digits: 11, value: within(member.size, MOST_OCTAL_11) });
  writeOctal(block, { at: 136, digits: 11, value: within(member.meta.mtime, MOST_OCTAL_11) });
  block.write(member.flag, 156, 1, 'latin1');
  block.write(member.link.slice(0, 100), 157, 100, 'latin1');
  writeOctal(block, { at: 329, digits: 7, value: within(member.device?.major ?? 0, MOST_OCTAL_7) });
  writeOctal(block, { at: 337, digits: 7, value: within(member.device?.minor ?? 0, MOST_OCTAL_7) });
  if (prefix !== '') block.write(prefix, 345, 155, 'latin1');
  writeOctal(block, { at: 148, digits: 6, value: sumOf(block) });
  block[154] = 0;
  return block;
}

// A loop, and digits by hand below: there is a header for each of ten thousand files, and nothing else to do.
function sumOf(block: Buffer): number {
  let sum = 0;
  for (let at = 0; at < BLOCK; at++) sum += block[at] ?? 0;
  return sum;
}

function writeOctal(
  block: Buffer,
  { at, digits, value }: { readonly at: number; readonly digits: number; readonly value: number },
): void {
  let rest = value;
  for (let place = at + digits - 1; place >= at; place--) {
    const above = Math.floor(rest / 8);
    block[place] = 48 + rest - 8 * above;
    rest = above;
  }
}

function within(value: number, most: number): number {
  return value < 0 || value > most ? 0 : value;
}

/** A name of up to 255 bytes may be cut at a slash into a prefix of 155 and a name of 100. */
function splitName(full: ByteString): { readonly prefix: string; readonly name: string } {
  if (full.length <= 100) return { prefix: '', name: full };
  const cut = full.indexOf('/', full.length - 101);
  if (cut > 0 && cut <= 155 && cut < full.length - 1)
    return { prefix: full.slice(0, cut), name: full.slice(cut + 1) };
  return { prefix: '', name: full.slice(0, 100) };
}

function fitsName(full: ByteString): boolean {
  const { prefix, name } = splitName(full);
  return (prefix === '' ? name : `${prefix}/${name}`) === full && isAscii(full);
}

function paxRecords(member: TarMember): readonly Buffer[] {
  const { name, link, meta, size, device } = member;
  const records: Buffer[] = [];
  const add = (keyword: string, value: string) => records.push(paxRecord(keyword, value));
  // pax says names are UTF-8 unless this record says that they are plain bytes.
  if (!isComposedUtf8(name) || !isComposedUtf8(link)) add('hdrcharset', 'BINARY');
  if (!fitsName(name)) add('path', name);
  if (link.length > 100 || !isAscii(link)) add('linkpath', link);
  if (size > MOST_OCTAL_11) add('size', String(size));
  if (meta.uid > MOST_OCTAL_7) add('uid', String(meta.uid));
  if (meta.gid > MOST_OCTAL_7) add('gid', String(meta.gid));
  if (meta.mtime < 0 || meta.mtime > MOST_OCTAL_11) add('mtime', String(meta.mtime));
  if (device !== undefined && device.major > MOST_OCTAL_7) add('SCHILY.devmajor', String(device.major));
  if (device !== undefined && device.minor > MOST_OCTAL_7) add('SCHILY.devminor', String(device.minor));
  for (const [attribute, value] of sortedXattrs(meta.xattrs))
    add(`SCHILY.xattr.${escapeKeyword(attribute)}`, value);
  return records;
}

function sortedXattrs(xattrs: Xattrs | undefined): readonly [string, string][] {
  return Object.entries(xattrs ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** As GNU tar does, since `=` ends a keyword. */
function escapeKeyword(attribute: string): string {
  return attribute.replaceAll('%', '%25').replaceAll('=', '%3D');
}

/** `LENGTH KEYWORD=VALUE\n` where LENGTH counts itself too. */
function paxRecord(keyword: string, value: string): Buffer {
  const rest = ` ${keyword}=${value}\n`;
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return Buffer.from(`${length}${rest}`, 'latin1');
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, paddingOf(bytes.length)]);
}

function baseName(path: string): string {
  const plain = path.replace(/\/$/, '');
  return plain.slice(plain.lastIndexOf('/') + 1).replace(/[^ -~]/g, '_');
}

function isAscii(text: string): boolean {
  return /^[ -~]*$/.test(text);
}

/** libarchive rewrites UTF-8 names to their composed form (NFC), so others have to be plain bytes to come out whole. */
function isComposedUtf8(name: ByteString): boolean {
  if (isAscii(name)) return true;
  const bytes = Buffer.from(name, 'latin1');
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) && text.normalize('NFC') === text;
}
