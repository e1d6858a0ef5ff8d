import { promisify } from 'node:util';
import * as zlib from 'node:zlib';

import { assertNever } from '../base/index.js';

/** How segments are compressed. */
export interface Codec {
  /** Everything that determines the compressed bytes of given plain bytes: algorithm, level, implementation. */
  readonly id: string;
  compress(plain: Buffer): Promise<Buffer>;
}

/** Compresses standard input to standard output: how the zstd program is run. */
export type Filter = (argv: readonly string[], input: Buffer) => Promise<Buffer>;

/**
 * gzip members (RFC 1952) and zstd frames (RFC 8878) may be concatenated: readers take them as one stream.
 * zstd is the program: Node's own, where it has one, stops after the first frame.
 * @param options.zstdVersion what `zstd --version` says: versions differ in the bytes they write
 */
export function codecFor(
  format: 'tar.gz' | 'tar.zst' | 'tar',
  options: { readonly level: number; readonly filter: Filter; readonly zstdVersion: string },
): Codec {
  const { level } = options;
  switch (format) {
    case 'tar':
      return { id: 'none', compress: (plain) => Promise.resolve(plain) };
    case 'tar.gz': {
      const gzip = promisify(zlib.gzip) as (plain: Buffer, options: zlib.ZlibOptions) => Promise<Buffer>;
      return {
        id: `gzip-${level} zlib-${process.versions.zlib}`,
        compress: (plain) => gzip(plain, { level }),
      };
    }
    case 'tar.zst':
      return {
        id: `zstd-${level} ${options.zstdVersion}`,
        compress: (plain) =>
          options.filter(
            [
              'zstd',
              '--quiet',
              '--no-check',
              '--single-thread',
              `-${level}`,
              `--stream-size=${plain.length}`,
              '-c',
            ],
            plain,
          ),
      };
    default:
      return assertNever(format);
  }
}
