/**
 * Turns a tree into a compressed tar stream. The stream is cut into segments along the tree; each is compressed on
 * its own and kept by the digest of what determines it, so that packing again costs what changed.
 */
export { type Codec, codecFor, FILES_A_CALL, type ZstdProgram } from './codec.js';
export { addDevices } from './devices.js';
export { type DigestStream, digestHere, digestInThread, prepareDigestThread } from './digest-stream.js';
export { excludeMatcher, excludePaths } from './exclude.js';
export {
  type Contents,
  type PackedRootfs,
  type PackRequest,
  packTree,
  type ReadContent,
} from './pack-tree.js';
export { planTree } from './sections.js';
export { type Member, planSegments, type SegmentLengths, type SegmentPlan } from './segments.js';
export { tarHeader } from './tar-header.js';
