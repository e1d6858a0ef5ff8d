import type { Digest } from '../base/index.js';
import type { ByteString, Xattrs } from '../tree/index.js';

/** One member of the archive in which GNU tar shows us a directory. */
export type ScannedEntry = {
  readonly path: ByteString;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds as decimal text, with a fraction where the file has one. */
  readonly mtime: string;
  readonly xattrs: Xattrs;
} & (
  | { readonly type: 'dir' | 'fifo' }
  | { readonly type: 'file'; readonly size: number; readonly digest: Digest }
  /** A further name of a file met before. */
  | { readonly type: 'link'; readonly target: ByteString }
  | { readonly type: 'symlink'; readonly target: ByteString }
  | { readonly type: 'char' | 'block'; readonly major: number; readonly minor: number }
);
