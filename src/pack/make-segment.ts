import { crc32 } from 'node:zlib';

import { assertNever, type Digest, digestOf } from '../base/index.js';
import type { PlainPiece, Segment } from '../store/index.js';
import type { Compressor } from './codec.js';
import type { PackRequest } from './pack-tree.js';
import type { SegmentPlan } from './segments.js';

type Packed = Omit<Segment, 'plain'>;

export interface SegmentContext {
  readonly request: Pick<PackRequest, 'codec' | 'blobs' | 'segments'>;
  /** The record of a key, if it counts. */
  readonly find: (key: Digest) => Promise<readonly Segment[] | undefined>;
  /** Something had to be compressed. */
  readonly onCompressed: () => void;
}

/** The key of a record: what is in it, and how it is compressed. */
export function recordKey({ codec }: Pick<PackRequest, 'codec'>, content: Digest): Digest {
  return digestOf(`${codec.id}\n${content}\n`);
}

export interface SegmentInMaking {
  /** Resolves when the plain bytes are stored. */
  readonly plain: Promise<PlainPiece>;
  readonly made: Promise<Segment>;
}

/**
 * Stores a segment and its plain bytes. Resolves when there is room for another; the segment itself may come later.
 * Where a program compresses files, plain bytes are held until they are in one, and not while it works.
 */
export async function makeSegment(
  context: SegmentContext,
  plan: SegmentPlan,
  bytes: Buffer,
): Promise<SegmentInMaking> {
  const { request } = context;
  const plain = { key: plan.contentKey, size: bytes.length, check: crc32(bytes) };
  const keys = [recordKey(request, plan.contentKey)];
  if (isSlice(plan)) {
    // A slice of a big file is named by the digest of the file: its bytes say whether it stayed the same.
    const alike = recordKey(request, digestOf(bytes));
    const [known] = (await context.find(alike)) ?? [];
    if (known !== undefined) {
      await storePlain(request, plain, bytes);
      return { plain: Promise.resolve(plain), made: record(request, keys, { ...known, plain }) };
    }
    keys.push(alike);
  }
  const { stored, packed } = await compress(request, plain, bytes);
  const made = packed.then(async (packedBytes) => {
    context.onCompressed();
    const blob = await request.blobs.put(packedBytes);
    return record(request, keys, { blob, size: packedBytes.length, check: crc32(packedBytes), plain });
  });
  return { plain: stored.then(() => plain), made };
}

async function compress(
  request: SegmentContext['request'],
  plain: PlainPiece,
  bytes: Buffer,
): Promise<{ readonly stored: Promise<void>; readonly packed: Promise<Buffer> }> {
  const compressor: Compressor = request.codec.compressor;
  switch (compressor.takes) {
    case 'nothing':
      return { stored: Promise.resolve(), packed: Promise.resolve(bytes) };
    case 'bytes': {
      const stored = storePlain(request, plain, bytes);
      const both = Promise.all([compressor.compress(bytes), stored]);
      return { stored, packed: both.then(([packed]) => packed) };
    }
    case 'file':
      await storePlain(request, plain, bytes);
      return {
        stored: Promise.resolve(),
        packed: compressor.compress(request.segments.plainPath(plain.key)),
      };
    default:
      return assertNever(compressor);
  }
}

async function storePlain(
  { codec, segments }: SegmentContext['request'],
  { key }: PlainPiece,
  bytes: Buffer,
): Promise<void> {
  if (codec.compressor.takes !== 'nothing') await segments.putPlain(key, bytes);
}

async function record(
  { segments }: SegmentContext['request'],
  keys: readonly Digest[],
  segment: Packed & { readonly plain: PlainPiece },
): Promise<Segment> {
  for (const key of keys) await segments.put(key, [segment]);
  return segment;
}

function isSlice({ members }: SegmentPlan): boolean {
  return members.length === 1 && members[0]?.kind === 'content';
}
