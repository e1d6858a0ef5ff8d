import { promisify } from 'node:util';
import * as zlib from 'node:zlib';

import { assertNever } from '../base/index.js';

/** A piece of plain tar: its bytes, and where they also lie as a file. */
export interface Plain {
  readonly bytes: Buffer;
  readonly path: string;
}

/** How segments are compressed. */
export interface Codec {
  /** Everything that determines the compressed bytes of given plain bytes: algorithm, level, implementation. */
  readonly id: string;
  /** Whether the compressed bytes are the plain ones. */
  readonly isIdentity: boolean;
  /** How many pieces may be given at once: more gains nothing. */
  readonly parallel: number;
  compress(plain: Plain): Promise<Buffer>;
}

/** The zstd program, for a Node without zstd. */
export interface ZstdProgram {
  /** What `zstd --version` says: versions differ in the bytes they write. */
  readonly version: string;
  /** Compresses files, each into one frame, with one process or few. */
  readonly compressFiles: (paths: readonly string[], args: readonly string[]) => Promise<readonly Buffer[]>;
}

/** Several short calls of a program cost more than one. More files than this would leave the other cores idle. */
const FILES_A_CALL = 8;

/**
 * gzip members (RFC 1952) and zstd frames (RFC 8878) may be concatenated: readers take them as one stream.
 * @param options.cores how many pieces can be compressed at the same time
 * @param options.zstdProgram asked for only where Node has no zstd of its own
 */
export async function codecFor(
  format: 'tar.gz' | 'tar.zst' | 'tar',
  options: {
    readonly level: number;
    readonly cores: number;
    readonly zstdProgram: () => Promise<ZstdProgram>;
  },
): Promise<Codec> {
  const { level, cores } = options;
  switch (format) {
    case 'tar':
      return { id: 'none', isIdentity: true, parallel: 1, compress: ({ bytes }) => Promise.resolve(bytes) };
    case 'tar.gz':
      return { ...gzip(level), isIdentity: false, parallel: cores + 1 };
    case 'tar.zst':
      return (
        nativeZstd(level, cores) ?? zstdByProgram(level, { cores, program: await options.zstdProgram() })
      );
    default:
      return assertNever(format);
  }
}

function gzip(level: number): Pick<Codec, 'id' | 'compress'> {
  const compress = promisify(zlib.gzip) as (plain: Buffer, options: zlib.ZlibOptions) => Promise<Buffer>;
  return {
    id: `gzip-${level} zlib-${process.versions.zlib}`,
    compress: ({ bytes }) => compress(bytes, { level }),
  };
}

/** What node:zlib has since Node 22.15 and 23.8, whose types the Node 20 of this project does not declare. */
interface ZstdOfNode {
  readonly zstdCompress?: (
    plain: Buffer,
    options: { readonly params: Readonly<Record<number, number>>; readonly pledgedSrcSize: number },
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
    isIdentity: false,
    parallel: cores + 1,
    compress: ({ bytes }) => compress(bytes, { params: { [levelKey]: level }, pledgedSrcSize: bytes.length }),
  };
}

/** `--ultra` allows the levels above 19. */
function zstdByProgram(
  level: number,
  { cores, program }: { readonly cores: number; readonly program: ZstdProgram },
): Codec {
  const args = ['--no-check', '--single-thread', ...(level > 19 ? ['--ultra'] : []), `-${level}`];
  const queue = new CallQueue(cores, (paths) => program.compressFiles(paths, args));
  return {
    id: `zstd-${level} program ${program.version}`,
    isIdentity: false,
    parallel: 2 * cores * FILES_A_CALL,
    compress: ({ path }) => queue.add(path),
  };
}

/** Gathers what comes while all calls are busy, so that the next call has much to do. */
class CallQueue {
  readonly #most: number;
  readonly #call: (paths: readonly string[]) => Promise<readonly Buffer[]>;
  readonly #waiting: {
    readonly path: string;
    readonly resolve: (bytes: Buffer) => void;
    readonly reject: (error: unknown) => void;
  }[] = [];
  #running = 0;

  constructor(most: number, call: (paths: readonly string[]) => Promise<readonly Buffer[]>) {
    this.#most = most;
    this.#call = call;
  }

  add(path: string): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ path, resolve, reject });
      this.#start();
    });
  }

  #start(): void {
    if (this.#running === this.#most || this.#waiting.length === 0) return;
    const batch = this.#waiting.splice(0, FILES_A_CALL);
    this.#running++;
    this.#call(batch.map(({ path }) => path))
      .then(
        (all) => {
          for (const [index, { resolve, reject }] of batch.entries()) {
            const bytes = all[index];
            if (bytes === undefined) reject(new Error(`nothing came out of ${batch[index]?.path}`));
            else resolve(bytes);
          }
        },
        (error: unknown) => {
          for (const { reject } of batch) reject(error);
        },
      )
      .finally(() => {
        this.#running--;
        this.#start();
      });
  }
}
