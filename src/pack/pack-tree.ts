import { createHash } from 'node:crypto';

import { type Digest, digestFromHex, digestOf } from '../base/index.js';
import type { BlobStore, Segment, SegmentIndex } from '../store/index.js';
import { type TreeObjects, walkTree } from '../tree/index.js';
import type { Codec } from './codec.js';
import { type OnPackProgress, packProgress } from './progress.js';
import { type Member, planSegments, type SegmentPlan } from './segments.js';

export interface PackRequest {
  readonly objects: TreeObjects;
  readonly tree: Digest;
  readonly codec: Codec;
  readonly blobs: BlobStore;
  readonly segments: SegmentIndex;
  /** Reads a slice of a file of the root file system; verifies that the file has the size the tree says. */
  readonly readContent: (member: Extract<Member, { kind: 'content' }>) => Buffer;
  /** How many segments may be compressed at once. */
  readonly parallel: number;
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

/** Packs a tree. What was packed before, in whatever bundle, is not compressed again. */
export async function packTree(request: PackRequest): Promise<PackedRootfs> {
  const plainHash = createHash('sha256');
  const pending: Promise<Packed>[] = [];
  const inFlight = new Set<Promise<Packed>>();
  const progress = packProgress(request, request.onProgress);
  let plainSize = 0;
  try {
    for (const plan of planSegments(walkTree(request.objects, request.tree))) {
      request.signal.throwIfAborted();
      const plain = plainBytes(request, plan);
      plainHash.update(plain);
      plainSize += plain.length;
      const packing = packSegment(request, plan, plain);
      pending.push(packing);
      inFlight.add(packing);
      const settled = () => inFlight.delete(packing);
      packing.then(settled, settled);
      // Of a failure the caller hears below.
      packing.then(
        () => progress(plan),
        () => undefined,
      );
      // Plain bytes are held only for segments being compressed: memory stays bounded.
      if (inFlight.size >= request.parallel) await Promise.race(inFlight);
    }
  } finally {
    // Also after a failure nothing may still be writing once the caller hears of it.
    await Promise.allSettled(inFlight);
  }
  const whole = await concatenated(request, await Promise.all(pending));
  return { ...whole, plainSize, plainDigest: digestFromHex(plainHash.digest('hex')) };
}

interface Packed {
  readonly plan: SegmentPlan;
  readonly segment: Segment;
  readonly how: 'compressed' | 'cached';
}

async function packSegment(request: PackRequest, plan: SegmentPlan, plain: Buffer): Promise<Packed> {
  const { blobs, segments } = request;
  const known = await segments.get(segmentKey(request, plan));
  if (known !== undefined && (await blobs.size(known.blob)) === known.size)
    return { plan, segment: known, how: 'cached' };
  const { segment } = await compress(request, plan, plain);
  return { plan, segment, how: 'compressed' };
}

async function compress(
  request: PackRequest,
  plan: SegmentPlan,
  plain: Buffer,
): Promise<{ readonly segment: Segment; readonly bytes: Buffer }> {
  const bytes = await request.codec.compress(plain);
  const blob = await request.blobs.put(bytes);
  const segment = { blob, size: bytes.length, plainSize: plain.length };
  await request.segments.put(segmentKey(request, plan), segment);
  return { segment, bytes };
}

function segmentKey({ codec }: PackRequest, plan: SegmentPlan): Digest {
  return digestOf(`${codec.id}\n${plan.contentKey}\n`);
}

function plainBytes(request: PackRequest, plan: SegmentPlan): Buffer {
  return Buffer.concat(
    plan.members.map((member) => (member.kind === 'bytes' ? member.bytes : request.readContent(member))),
  );
}

async function concatenated(
  request: PackRequest,
  packed: readonly Packed[],
): Promise<Pick<PackedRootfs, 'segments' | 'size' | 'digest' | 'compressed'>> {
  const hash = createHash('sha256');
  const segments: { readonly blob: Digest; readonly size: number }[] = [];
  let size = 0;
  let compressed = 0;
  for (const one of packed) {
    const { segment, bytes, how } = await readBack(request, one);
    hash.update(bytes);
    size += segment.size;
    segments.push({ blob: segment.blob, size: segment.size });
    if (how === 'compressed') compressed++;
  }
  return { segments, size, digest: digestFromHex(hash.digest('hex')), compressed };
}

/** Until now only the length of a cached blob was looked at. A damaged one is a miss as any other. */
async function readBack(
  request: PackRequest,
  { plan, segment, how }: Packed,
): Promise<Pick<Packed, 'segment' | 'how'> & { readonly bytes: Buffer }> {
  const bytes = await request.blobs.get(segment.blob);
  if (bytes !== undefined) return { segment, how, bytes };
  return { ...(await compress(request, plan, plainBytes(request, plan))), how: 'compressed' };
}
