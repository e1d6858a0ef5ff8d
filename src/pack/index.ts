/**
 * Turns a tree into a compressed tar stream. The stream is cut into segments along the tree; each is compressed on
 * its own and kept by the digest of what determines it, so that packing again costs what changed.
 */
export { type Codec, codecFor } from './codec.js';
export { addDevices } from './devices.js';
export { excludeMatcher, excludePaths } from './exclude.js';
export { type PackedRootfs, type PackRequest, packTree } from './pack-tree.js';
export { type Member, planSegments, type SegmentPlan } from './segments.js';
export { tarHeader } from './tar-header.js';
