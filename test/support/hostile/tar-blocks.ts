import { paddingAfter } from '../../../src/bundle/member-header.js';

/** A tar archive block by block, with nothing that keeps one from writing what no honest program would. */
export interface RawHeader {
  readonly name: string | Buffer;
  /** Of the header, whatever the content has: a number, or the bytes of the field. */
  readonly size?: number | Buffer;
  /** The type flag: `0` a file, `1` a hard link, `2` a symbolic link, `3` a device, `5` a directory, `x` pax. */
  readonly type?: string;
  readonly link?: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly mtime?: number;
  readonly magic?: string;
  /** Added to the right one. */
  readonly checksumOff?: number;
}

const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, '0')}\0`;

export function rawHeader(from: RawHeader): Buffer {
  const block = Buffer.alloc(512);
  Buffer.from(from.name as string).copy(block, 0, 0, 100);
  block.write(octal(from.mode ?? 0o644, 8), 100, 'latin1');
  block.write(octal(from.uid ?? 0, 8), 108, 'latin1');
  block.write(octal(0, 8), 116, 'latin1');
  if (typeof from.size === 'object') from.size.copy(block, 124, 0, 12);
  else block.write(octal(from.size ?? 0, 12), 124, 'latin1');
  block.write(octal(from.mtime ?? 1_700_000_000, 12), 136, 'latin1');
  block.write('        ', 148, 'latin1');
  block.write(from.type ?? '0', 156, 'latin1');
  block.write(from.link ?? '', 157, 100, 'utf8');
  block.write(from.magic ?? 'ustar\x0000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0) + (from.checksumOff ?? 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** A member: the header, with the size of the content where it says none, the content and its padding. */
export function rawMember(header: RawHeader, content: Buffer | string = Buffer.alloc(0)): Buffer {
  const bytes = Buffer.from(content as string);
  return Buffer.concat([
    rawHeader({ size: bytes.length, ...header }),
    bytes,
    Buffer.from(paddingAfter(bytes.length)),
  ]);
}

/** An extended header with these records: POSIX.1-2001 pax, "pax Extended Header". */
export function paxHeader(
  records: Readonly<Record<string, string>>,
  { type = 'x' }: { readonly type?: 'x' | 'g' } = {},
): Buffer {
  const text = Object.entries(records)
    .map(([key, value]) => paxRecord(`${key}=${value}\n`))
    .join('');
  return rawMember({ name: 'PaxHeader', type }, text);
}

/** A record begins with its own length, the digits of that included. */
function paxRecord(text: string): string {
  const length = Buffer.byteLength(text) + 1;
  let digits = `${length}`.length;
  while (`${length + digits}`.length > digits) digits++;
  return `${length + digits} ${text}`;
}

export const END = Buffer.alloc(1024);
