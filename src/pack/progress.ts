import type { Digest } from '../base/index.js';
import { type TreeObjects, walkTree } from '../tree/index.js';
import { carriesContent, type SegmentPlan } from './segments.js';

/** Told how much content of files is packed, of how much in all; in bytes. */
export type OnPackProgress = (done: number, total: number) => void;

/** Counts packed segments and tells of every whole percent: more often nobody can see. */
export function packProgress(
  { objects, tree }: { readonly objects: TreeObjects; readonly tree: Digest },
  onProgress: OnPackProgress | undefined,
): (packed: SegmentPlan) => void {
  if (onProgress === undefined) return () => undefined;
  const total = contentOf(objects, tree);
  let done = 0;
  let told = 0;
  return ({ members }) => {
    for (const member of members) if (member.kind === 'content') done += member.size;
    const percent = Math.floor((done / Math.max(1, total)) * 100);
    if (percent === told) return;
    told = percent;
    onProgress(done, total);
  };
}

function contentOf(objects: TreeObjects, tree: Digest): number {
  let total = 0;
  for (const walked of walkTree(objects, tree)) if (carriesContent(walked)) total += walked.node.size;
  return total;
}
