import { createHash, type Hash } from 'node:crypto';

import { bug, digestFromHex } from '../base/index.js';
import { type ByteString, byteString } from '../tree/index.js';
import type { ScannedEntry } from './scanned-entry.js';

const BLOCK = 512;
/** Bytes: far more than the attributes of a file take (xattr(7)), and little enough to keep. */
const MOST_PAX = 16 * 1024 * 1024;

/**
 * Reads a pax archive as GNU tar and our own packer write it, file contents going straight into a hash. Throws for anything else.
 * Formats: POSIX.1-2017 pax, and the `SCHILY.xattr.` keywords that GNU tar and star share. Names are bytes.
 */
export class TarScanner {
  readonly #onEntry: (entry: ScannedEntry) => void;
  readonly #onSize: (bytes: number) => void;
  readonly #header = Buffer.alloc(BLOCK);
  #headerFilled = 0;
  /** Bytes of the current member still to come, and the padding after them. */
  #body = 0;
  #padding = 0;
  #sink: Sink | undefined;
  #pending: PendingEntry | undefined;
  #pax: ReadonlyMap<string, ByteString> = new Map();

  /** @param onSize is told the size of each file before its content is read */
  constructor(onEntry: (entry: ScannedEntry) => void, onSize: (bytes: number) => void = () => undefined) {
    this.#onEntry = onEntry;
    this.#onSize = onSize;
  }

  write(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#body > 0) at += this.#takeBody(chunk, at);
      else if (this.#padding > 0) at += this.#skipPadding(chunk, at);
      else at += this.#takeHeader(chunk, at);
    }
  }

  #takeBody(chunk: Buffer, at: number): number {
    const piece = chunk.subarray(at, at + this.#body);
    if (this.#sink?.kind === 'hash') this.#sink.hash.update(piece);
    else this.#sink?.chunks.push(Buffer.from(piece));
    this.#body -= piece.length;
    if (this.#body === 0) this.#endMember();
    return piece.length;
  }

  #skipPadding(chunk: Buffer, at: number): number {
    const skipped = Math.min(this.#padding, chunk.length - at);
    this.#padding -= skipped;
    return skipped;
  }

  #takeHeader(chunk: Buffer, at: number): number {
    const copied = chunk.copy(this.#header, this.#headerFilled, at, at + BLOCK - this.#headerFilled);
    this.#headerFilled += copied;
    if (this.#headerFilled === BLOCK) {
      this.#headerFilled = 0;
      this.#beginMember();
    }
    return copied;
  }

  #beginMember(): void {
    if (this.#header[0] === 0) return;
    const flag = String.fromCharCode(this.#header[156] ?? 0);
    if (flag === 'x') {
      const length = numberAt(this.#header, 124, 12);
      if (length > MOST_PAX) throw new Error('an extended header is too large');
      this.#expectBody(length, { kind: 'pax', chunks: [] });
      return;
    }
    const pending = { flag, header: Buffer.from(this.#header), pax: this.#pax };
    this.#pax = new Map();
    this.#pending = pending;
    const size = flag === '0' ? sizeOf(pending) : 0;
    // With any other number the scanner would lose its place, and with it whatever follows.
    if (!Number.isSafeInteger(size) || size < 0) throw new Error('a member has no sensible size');
    this.#onSize(size);
    this.#expectBody(size, { kind: 'hash', hash: createHash('sha256') });
    if (size === 0) this.#endMember();
  }

  /** Whether it is between two members, or past the last. */
  get isBetweenMembers(): boolean {
    return this.#headerFilled === 0 && this.#body === 0 && this.#padding === 0;
  }

  #expectBody(size: number, sink: Sink): void {
    this.#body = size;
    this.#padding = (BLOCK - (size % BLOCK)) % BLOCK;
    this.#sink = sink;
  }

  #endMember(): void {
    const sink = this.#sink;
    this.#sink = undefined;
    if (sink?.kind === 'pax') {
      this.#pax = parsePax(Buffer.concat(sink.chunks));
      return;
    }
    const pending = this.#pending ?? bug('a member ended that never began');
    this.#onEntry(entryOf(pending, sink?.hash));
  }
}

type Sink =
  | { readonly kind: 'hash'; readonly hash: Hash }
  | { readonly kind: 'pax'; readonly chunks: Buffer[] };

interface PendingEntry {
  readonly flag: string;
  readonly header: Buffer;
  readonly pax: ReadonlyMap<string, ByteString>;
}

function entryOf({ flag, header, pax }: PendingEntry, hash: Hash | undefined): ScannedEntry {
  const number = (keyword: string, offset: number, length: number) =>
    sensible(keyword, Number(pax.get(keyword) ?? numberAt(header, offset, length)));
  const common = {
    path: cleanPath(pax.get('path') ?? ustarPath(header)),
    mode: numberAt(header, 100, 8) & 0o7777,
    uid: number('uid', 108, 8),
    gid: number('gid', 116, 8),
    mtime: timeOf(pax.get('mtime') ?? String(numberAt(header, 136, 12))),
    xattrs: xattrsOf(pax),
  };
  const link = pax.get('linkpath') ?? textAt(header, 157, 100);
  const device = { major: numberAt(header, 329, 8), minor: numberAt(header, 337, 8) };
  switch (flag) {
    case '0':
      return {
        ...common,
        type: 'file',
        size: sizeOf({ header, pax }),
        digest: digestFromHex((hash ?? bug('a file without hash')).digest('hex')),
      };
    case '1':
      return { ...common, type: 'link', target: cleanPath(link) };
    case '2':
      return { ...common, type: 'symlink', target: link };
    case '3':
      return { ...common, type: 'char', ...device };
    case '4':
      return { ...common, type: 'block', ...device };
    case '5':
      return { ...common, type: 'dir' };
    case '6':
      return { ...common, type: 'fifo' };
    default:
      throw new Error(`a member has type '${flag}'`);
  }
}

function sizeOf({ header, pax }: Pick<PendingEntry, 'header' | 'pax'>): number {
  return Number(pax.get('size') ?? numberAt(header, 124, 12));
}

/** Decimal text, of any length; anything else would be a time that compares with nothing. */
function timeOf(text: string): string {
  if (!Number.isFinite(Number(text))) throw new Error('a member has no sensible mtime');
  return text;
}

function sensible(keyword: string, value: number): number {
  if (!Number.isSafeInteger(value)) throw new Error(`a member has no sensible ${keyword}`);
  return value;
}

/** Records `LENGTH KEYWORD=VALUE\n`, LENGTH counting the whole record; values are bytes. */
function parsePax(bytes: Buffer): ReadonlyMap<string, ByteString> {
  const records = new Map<string, ByteString>();
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const length = Number(bytes.toString('latin1', at, space));
    const equals = bytes.indexOf(0x3d, space);
    const isSound = space > at && equals > space && Number.isInteger(length) && at + length > equals;
    if (!isSound) throw new Error('an extended header is damaged');
    records.set(
      bytes.toString('latin1', space + 1, equals),
      byteString(bytes.subarray(equals + 1, at + length - 1)),
    );
    at += length;
  }
  return records;
}

/** GNU tar writes `%` and `=` in the name of an attribute as `%25` and `%3D`. */
function xattrsOf(pax: ReadonlyMap<string, ByteString>): Readonly<Record<ByteString, ByteString>> {
  const named = [...pax]
    .filter(([keyword]) => keyword.startsWith(XATTR))
    .map(([keyword, value]) => {
      const name = keyword.slice(XATTR.length).replaceAll('%3D', '=').replaceAll('%25', '%');
      return [name as ByteString, value] as const;
    });
  // Not by assignment, for which the name __proto__ is not one like any other.
  return Object.fromEntries(named);
}

const XATTR = 'SCHILY.xattr.';

/** Octal text, or base 256 when the first bit is set (GNU). */
function numberAt(header: Buffer, offset: number, length: number): number {
  if (((header[offset] ?? 0) & 0x80) !== 0) {
    return Number(header.readBigUInt64BE(offset + length - 8));
  }
  return Number.parseInt(header.toString('latin1', offset, offset + length), 8) || 0;
}

function textAt(header: Buffer, offset: number, length: number): ByteString {
  const field = header.subarray(offset, offset + length);
  const end = field.indexOf(0);
  return byteString(end === -1 ? field : field.subarray(0, end));
}

function ustarPath(header: Buffer): ByteString {
  const prefix = textAt(header, 345, 155);
  const name = textAt(header, 0, 100);
  return (prefix === '' ? name : `${prefix}/${name}`) as ByteString;
}

/** `./etc/` -> `etc`, `./` -> the root. */
function cleanPath(path: ByteString): ByteString {
  return path.replace(/^\.\//, '').replace(/\/$/, '').replace(/^\.$/, '') as ByteString;
}
