import { type BundleInput, readAt } from './bundle-input.js';
import { END_OF_ARCHIVE, encodeMemberHeader, type MemberFacts, paddingAfter } from './member-header.js';

/**
 * Compares everything in a bundle that no digest covers (headers, padding, end) with the bytes that format 1
 * prescribes for these members, so that a bundle that verifies has no byte left in which something could hide.
 * Answers the first difference.
 */
export async function layoutFault(
  input: BundleInput,
  members: readonly MemberFacts[],
): Promise<string | undefined> {
  let at = 0;
  for (const member of members) {
    const header = encodeMemberHeader(member);
    if (!(await holds(input, at, header)))
      return `the header of ${member.path} at byte ${at} has other bytes`;
    const end = at + header.length + member.size;
    const padding = paddingAfter(member.size);
    if (!(await holds(input, end, padding)))
      return `after ${member.path} at byte ${end} the padding is not zero`;
    at = end + padding.length;
  }
  const ends = (await holds(input, at, END_OF_ARCHIVE)) && input.size === at + END_OF_ARCHIVE.length;
  return ends ? undefined : `it does not end at byte ${at + END_OF_ARCHIVE.length}`;
}

async function holds(input: BundleInput, at: number, expected: Uint8Array): Promise<boolean> {
  return (await readAt(input, { at, count: expected.length })).equals(expected);
}
