import { createHash } from 'node:crypto';

import { type Digest, digestFromHex, digestOf } from '../base/index.js';
import type { BlobStore, Segment, SegmentIndex } from '../store/index.js';
import { type TreeObjects, walkTree } from '../tree/index.js';
import type { Codec } from './codec.js';
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
  let plainSize = 0;
  for (const plan of planSegments(walkTree(request.objects, request.tree))) {
    request.signal.throwIfAborted();
    const plain = Buffer.concat(plan.members.map((member) => bytesOf(request, member)));
    plainHash.update(plain);
    plainSize += plain.length;
    const packing = packSegment(request, plan, plain);
    pending.push(packing);
    inFlight.add(packing);
    const settled = () => inFlight.delete(packing);
    packing.then(settled, settled);
    // Plain bytes are held only for segments being compressed: memory stays bounded.
    if (inFlight.size >= request.parallel) await Promise.race(inFlight);
  }
  const packed = await Promise.all(pending);
  return {
    ...(await digestOfAll(request.blobs, packed)),
    plainSize,
    plainDigest: digestFromHex(plainHash.digest('hex')),
    compressed: packed.filter(({ how }) => how === 'compressed').length,
  };
}

type Packed = Segment & { readonly how: 'compressed' | 'cached' };

async function packSegment(request: PackRequest, plan: SegmentPlan, plain: Buffer): Promise<Packed> {
  const { blobs, codec, segments } = request;
  const key = digestOf(`${codec.id}\n${plan.contentKey}\n`);
  const known = await segments.get(key);
  if (known !== undefined && (await blobs.size(known.blob)) === known.size)
    return { ...known, how: 'cached' };
  const compressed = await codec.compress(plain);
  const segment = { blob: await blobs.put(compressed), size: compressed.length, plainSize: plain.length };
  await segments.put(key, segment);
  return { ...segment, how: 'compressed' };
}

function bytesOf(request: PackRequest, member: Member): Buffer {
  return member.kind === 'bytes' ? member.bytes : request.readContent(member);
}

async function digestOfAll(
  blobs: BlobStore,
  packed: readonly Packed[],
): Promise<Pick<PackedRootfs, 'segments' | 'size' | 'digest'>> {
  const hash = createHash('sha256');
  let size = 0;
  for (const segment of packed) {
    const bytes = await blobs.get(segment.blob);
    if (bytes === undefined)
      throw new Error(`the store has lost the segment ${segment.blob} while it was used`);
    hash.update(bytes);
    size += bytes.length;
  }
  const segments = packed.map(({ blob, size: length }) => ({ blob, size: length }));
  return { segments, size, digest: digestFromHex(hash.digest('hex')) };
}
