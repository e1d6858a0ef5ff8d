import { rm } from 'node:fs/promises';

import type { Digest } from '../base/index.js';
import type { DiskBlobStore, SegmentIndex } from '../store/index.js';
import type { TreeObjects } from '../tree/index.js';
import type { Codec } from './codec.js';
import type { DigestStream } from './digest-stream.js';
import { PackRun } from './pack-run.js';
import type { OnPackProgress } from './progress.js';
import type { Member } from './segments.js';

/** Port: the files of the root file system. They are opened when the first of them is needed. */
export interface Contents {
  open(): Promise<ReadContent>;
  /** Nothing is read any more, unless they are opened once more. */
  release(): void;
}

/** Fills a buffer with a slice of a file; verifies that the file has the size the tree says. */
export type ReadContent = (member: Extract<Member, { kind: 'content' }>, into: Buffer) => void;

export interface PackRequest {
  readonly objects: TreeObjects;
  readonly tree: Digest;
  readonly codec: Codec;
  readonly blobs: Pick<DiskBlobStore, 'put' | 'size' | 'pathOf'>;
  readonly segments: SegmentIndex;
  readonly contents: Contents;
  /** Started once for the compressed archive and once for the plain one. */
  readonly digestOf: (stream: 'packed' | 'plain') => DigestStream;
  readonly signal: AbortSignal;
  readonly onProgress?: OnPackProgress;
}

export interface PackedRootfs {
  /** Concatenated, they are the packed root file system. */
  readonly segments: readonly { readonly blob: Digest; readonly size: number }[];
  readonly size: number;
  readonly digest: Digest;
  readonly plainSize: number;
  readonly plainDigest: Digest;
  /** How many segments had to be compressed. */
  readonly compressed: number;
}

/**
 * Packs a tree. What was packed before, in whatever bundle, is neither walked nor compressed again: of that, only the
 * bytes are read once for the digests of the whole. Whatever is found missing or damaged then is made again.
 */
export async function packTree(request: PackRequest): Promise<PackedRootfs> {
  const first = await new PackRun(request, 'trusted').run();
  if (first.damaged.length === 0) return first.packed;
  for (const path of first.damaged) await rm(path, { force: true });
  const second = await new PackRun(request, 'looked-at').run();
  if (second.damaged.length > 0) throw new Error(`cannot be read back: ${second.damaged.join(', ')}`);
  const compressed = first.packed.compressed + second.packed.compressed;
  return { ...second.packed, compressed };
}
