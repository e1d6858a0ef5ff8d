import { promisify } from 'node:util';
import * as zlib from 'node:zlib';

import { assertNever } from '../base/index.js';
import type { SegmentLengths } from './segments.js';

/** How segments are compressed. */
export interface Codec {
  /** Everything that determines the compressed bytes of given plain bytes: algorithm, level, implementation. */
  readonly id: string;
  /** What it works well on: a longer segment compresses better, a shorter one is sooner made again. */
  readonly lengths: SegmentLengths;
  /** How many segments may be given at once: more gains nothing. */
  readonly parallel: number;
  readonly compressor: Compressor;
}

export type Compressor =
  /** The segments are the plain archive. */
  | { readonly takes: 'nothing' }
  | { readonly takes: 'bytes'; readonly compress: (plain: Buffer) => Promise<Buffer> }
  /** The path of a file with the plain bytes. Some may wait for others to come with them, until `flush`. */
  | {
      readonly takes: 'file';
      readonly compress: (plain: string) => Promise<Buffer>;
      readonly flush: () => void;
    };

/** The zstd program, for a Node without zstd. */
export interface ZstdProgram {
  /** What `zstd --version` says: versions differ in the bytes they write. */
  readonly version: string;
  /** Compresses a file into one frame, several files a call; as many calls as there are cores go on at once. */
  compress(path: string): Promise<Buffer>;
  /** No file comes for a while: what waits for company is done now. */
  flush(): void;
}

/** Starting the program for each would cost more than compressing does. */
export const FILES_A_CALL = 4;

const MIB = 1024 * 1024;
/** deflate looks back 32 KiB, and takes 25 ms for a MiB. */
const SHORT: SegmentLengths = { shortest: MIB / 2, longest: 2 * MIB };
/** zstd looks back megabytes, and takes 4 ms for one. */
const LONG: SegmentLengths = { shortest: 2 * MIB, longest: 8 * MIB };

/**
 * gzip members (RFC 1952) and zstd frames (RFC 8878) may be concatenated: readers take them as one stream.
 * @param options.cores how many pieces can be compressed at the same time
 * @param options.zstdProgram gets the arguments of the program; asked for only where Node has no zstd of its own
 */
export async function codecFor(
  format: 'tar.gz' | 'tar.zst' | 'tar',
  options: {
    readonly level: number;
    readonly cores: number;
    readonly zstdProgram: (args: readonly string[]) => Promise<ZstdProgram>;
  },
): Promise<Codec> {
  const { level, cores } = options;
  switch (format) {
    case 'tar':
      return { id: 'none', lengths: LONG, parallel: 2, compressor: { takes: 'nothing' } };
    case 'tar.gz':
      return gzip(level, cores);
    case 'tar.zst':
      return nativeZstd(level, cores) ?? zstdByProgram(options);
    default:
      return assertNever(format);
  }
}

function gzip(level: number, cores: number): Codec {
  const compress = promisify(zlib.gzip) as (plain: Buffer, options: zlib.ZlibOptions) => Promise<Buffer>;
  return {
    id: `gzip-${level} zlib-${process.versions.zlib}`,
    lengths: SHORT,
    parallel: cores + 1,
    compressor: {
      takes: 'bytes',
      compress: (plain) => compress(plain, { level, chunkSize: roomFor(plain) }),
    },
  };
}

/**
 * Enough that all comes out at once. With less, zlib's thread stops at every piece until the event loop takes it, which
 * is busy reading the next segment.
 */
function roomFor(plain: Buffer): number {
  return plain.length + Math.ceil(plain.length / 100) + 64 * 1024;
}

/** What node:zlib has since Node 22.15 and 23.8, whose types the Node 20 of this project does not declare. */
interface ZstdOfNode {
  readonly zstdCompress?: (
    plain: Buffer,
    options: {
      readonly params: Readonly<Record<number, number>>;
      readonly pledgedSrcSize: number;
      readonly chunkSize: number;
    },
    done: (error: Error | null, bytes: Buffer) => void,
  ) => void;
  readonly constants: { readonly ZSTD_c_compressionLevel?: number };
}

function nativeZstd(level: number, cores: number): Codec | undefined {
  const { zstdCompress, constants } = zlib as unknown as ZstdOfNode;
  const levelKey = constants.ZSTD_c_compressionLevel;
  const version = process.versions['zstd'];
  if (zstdCompress === undefined || levelKey === undefined || version === undefined) return undefined;
  const compress = promisify(zstdCompress);
  return {
    id: `zstd-${level} node-${version}`,
    lengths: LONG,
    parallel: cores + 1,
    compressor: {
      takes: 'bytes',
      compress: (plain) =>
        compress(plain, {
          params: { [levelKey]: level },
          pledgedSrcSize: plain.length,
          chunkSize: roomFor(plain),
        }),
    },
  };
}

async function zstdByProgram(options: Parameters<typeof codecFor>[1]): Promise<Codec> {
  const { level, cores, zstdProgram } = options;
  // The levels above 19 have to be asked for twice.
  const ultra = level > 19 ? ['--ultra'] : [];
  const program = await zstdProgram(['--no-check', '--single-thread', ...ultra, `-${level}`]);
  return {
    id: `zstd-${level} program ${program.version}`,
    lengths: LONG,
    parallel: 2 * FILES_A_CALL * cores,
    compressor: {
      takes: 'file',
      compress: (plain) => program.compress(plain),
      flush: () => program.flush(),
    },
  };
}
