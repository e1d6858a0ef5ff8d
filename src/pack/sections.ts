import type { Digest } from '../base/index.js';
import {
  type ByteString,
  joinPath,
  ROOT,
  type TreeObjects,
  type WalkedNode,
  walkTree,
} from '../tree/index.js';
import { END_SEGMENT, planSegments, type SegmentLengths, type SegmentPlan } from './segments.js';
import { Weights } from './weights.js';

/** A directory of at least this many bytes of archive is a section of its own. */
const SECTION = 4 * 1024 * 1024;

/**
 * A directory whose piece of the archive begins and ends with segments of its own: the bytes of the piece depend on its
 * path and its tree and on nothing around it. Of a section that was packed before, no
 * member is looked at again.
 */
export interface Section {
  readonly path: ByteString;
  readonly tree: Digest;
}

/** In the order of the archive: the sections directly within a section, and what lies before, between and after them. */
export type SectionPart =
  | { readonly kind: 'section'; readonly section: Section }
  | { readonly kind: 'run'; readonly nodes: readonly WalkedNode[] };

export interface PackedTree {
  readonly objects: TreeObjects;
  readonly weights: Weights;
  readonly lengths: SegmentLengths;
}

export function* partsOfSection({ objects, weights }: PackedTree, section: Section): Generator<SectionPart> {
  const directory = objects.get(section.tree);
  let nodes: WalkedNode[] = [
    { path: section.path, node: { type: 'dir', tree: section.tree, meta: directory.meta } },
  ];
  for (const name of [...directory.entries.keys()].sort()) {
    const node = directory.entries.get(name);
    if (node === undefined) continue;
    const path = joinPath(section.path, name);
    if (node.type !== 'dir') {
      nodes.push({ path, node });
    } else if (weights.of(node.tree) < SECTION) {
      for (const walked of walkTree(objects, node.tree, path)) nodes.push(walked);
    } else {
      if (nodes.length > 0) yield { kind: 'run', nodes };
      nodes = [];
      yield { kind: 'section', section: { path, tree: node.tree } };
    }
  }
  if (nodes.length > 0) yield { kind: 'run', nodes };
}

/** All segments of the archive of a tree, as they are when nothing was packed before. */
export function* planTree(
  objects: TreeObjects,
  tree: Digest,
  lengths: SegmentLengths,
): Generator<SegmentPlan> {
  yield* planSection({ objects, weights: new Weights(objects), lengths }, { path: ROOT, tree });
  yield END_SEGMENT;
}

function* planSection(packed: PackedTree, section: Section): Generator<SegmentPlan> {
  for (const part of partsOfSection(packed, section)) {
    if (part.kind === 'section') yield* planSection(packed, part.section);
    else yield* planSegments(part.nodes, packed.lengths);
  }
}
