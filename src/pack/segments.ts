import { createHash } from 'node:crypto';

import { type Digest, digestFromHex } from '../base/index.js';
import type { ByteString, WalkedNode } from '../tree/index.js';
import { END_OF_ARCHIVE, paddingOf, tarHeader } from './tar-header.js';

/** Bytes. */
export interface SegmentLengths {
  /** A segment is at least this long before it may end, so that small ones do not spoil the compression. */
  readonly shortest: number;
  /** And at most about this long, so that one changed file costs little. Bigger files are cut into such slices. */
  readonly longest: number;
}

/** One path in so many may end a segment: small enough that borders fall into step again soon after a change. */
const BORDER_EVERY = 16;

/** A piece of the archive: header bytes, then bytes of a file, then more bytes. */
export type Member =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | {
      readonly kind: 'content';
      readonly path: ByteString;
      readonly digest: Digest;
      /** Of the whole file. */
      readonly fileSize: number;
      readonly offset: number;
      readonly size: number;
    };

export interface SegmentPlan {
  /** Digest of all that determines the plain bytes: headers, content digests, slices. */
  readonly contentKey: Digest;
  readonly members: readonly Member[];
  readonly plainSize: number;
}

/**
 * Cuts the archive of some nodes into segments. Where the borders fall depends on paths and sizes nearby and on
 * nothing that was cached, so equal nodes give equal bytes, and a change moves borders only in its neighbourhood.
 */
export function* planSegments(
  nodes: Iterable<WalkedNode>,
  { shortest, longest }: SegmentLengths,
): Generator<SegmentPlan> {
  let open = new OpenSegment();
  for (const walked of nodes) {
    if (open.size >= shortest && (open.size >= longest || isBorder(walked.path))) {
      yield open.close();
      open = new OpenSegment();
    }
    open.add({ kind: 'bytes', bytes: tarHeader(walked) });
    for (const slice of slicesOf(walked, longest)) {
      if (slice.offset > 0) {
        yield open.close();
        open = new OpenSegment();
      }
      open.add(slice);
    }
    if (carriesContent(walked)) open.add({ kind: 'bytes', bytes: paddingOf(walked.node.size) });
  }
  yield open.close();
}

type WalkedFile = WalkedNode & { readonly node: { readonly type: 'file' } };

/** Further names of an inode are links without content. */
export function carriesContent(walked: WalkedNode): walked is WalkedFile {
  const { node, path } = walked;
  return node.type === 'file' && (node.links === undefined || node.links[0] === path);
}

function* slicesOf(walked: WalkedNode, longest: number): Generator<Extract<Member, { kind: 'content' }>> {
  if (!carriesContent(walked)) return;
  const { path, node } = walked;
  for (let offset = 0; offset < node.size; offset += longest) {
    const size = Math.min(longest, node.size - offset);
    yield { kind: 'content', path, digest: node.digest, fileSize: node.size, offset, size };
  }
}

/** FNV-1a over the path: any even hash will do, it must only never change. */
function isBorder(path: ByteString): boolean {
  let hash = 0x811c9dc5;
  for (let i = 0; i < path.length; i++) hash = Math.imul(hash ^ path.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % BORDER_EVERY === 0;
}

class OpenSegment {
  size = 0;
  readonly #members: Member[] = [];
  readonly #hash = createHash('sha256');

  add(member: Member): void {
    if (member.kind === 'bytes') {
      if (member.bytes.length === 0) return;
      this.#hash.update(`b${member.bytes.length}:`).update(member.bytes);
      this.size += member.bytes.length;
    } else {
      this.#hash.update(`c${member.digest}@${member.offset}+${member.size};`);
      this.size += member.size;
    }
    this.#members.push(member);
  }

  close(): SegmentPlan {
    return {
      contentKey: digestFromHex(this.#hash.digest('hex')),
      members: this.#members,
      plainSize: this.size,
    };
  }
}

/** What ends an archive is a segment of its own: the last one before it need not know that it is the last. */
export const END_SEGMENT: SegmentPlan = endSegment();

function endSegment(): SegmentPlan {
  const segment = new OpenSegment();
  segment.add({ kind: 'bytes', bytes: END_OF_ARCHIVE });
  return segment.close();
}
