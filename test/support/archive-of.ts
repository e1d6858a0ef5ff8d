import { planTree, type SegmentLengths, type SegmentPlan } from '../../src/pack/index.js';
import { TreeObjects } from '../../src/tree/index.js';
import { contentsOf, type NaiveDirectory, treeOf } from './naive-rootfs.js';

const MIB = 1024 * 1024;
/** As gzip has them. */
export const LENGTHS: SegmentLengths = { shortest: MIB / 2, longest: 2 * MIB };

export function plansOf(root: NaiveDirectory): readonly SegmentPlan[] {
  const objects = new TreeObjects();
  return [...planTree(objects, treeOf(objects, root), LENGTHS)];
}

/** The plain bytes of one segment. */
export function plainOf(plan: SegmentPlan, contents: ReturnType<typeof contentsOf>): Buffer {
  return Buffer.concat(
    plan.members.map((member) => {
      if (member.kind === 'bytes') return member.bytes;
      const content = contents.get(member.digest);
      if (content?.length !== member.fileSize) throw new Error(`no file ${member.digest} of that size`);
      return content.subarray(member.offset, member.offset + member.size);
    }),
  );
}

/** The whole archive of an in-memory file system, not compressed. */
export function archiveOf(root: NaiveDirectory): Buffer {
  const contents = contentsOf(root);
  return Buffer.concat(plansOf(root).map((plan) => plainOf(plan, contents)));
}
