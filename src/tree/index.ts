/**
 * Merkle trees of root file systems: what a state is, and how a layer changes it. Pure data and functions; where
 * the bytes of the files lie is not known here. Names are byte strings: one character (0-255) a byte, because
 * file names need not be UTF-8.
 */

export { applyChanges } from './apply.js';
export { type ByteString, byteString, bytesOf, displayName } from './byte-string.js';
export { type Change, changesDigest, diskUse, type LayerChanges } from './changes.js';
export { diffTrees, type TreeDifference } from './diff.js';
export { withLinks } from './links.js';
export {
  type Directory,
  decodeDirectory,
  encodeDirectory,
  type FileNode,
  type Meta,
  type Node,
  type Xattrs,
} from './node.js';
export {
  type ChangedPart,
  changedParts,
  metaOf,
  type NodeDifference,
  nodeDifferences,
  type SeenNode,
} from './node-differences.js';
export { TreeObjects } from './objects.js';
export { compareWalkOrder, joinPath, partsOf, ROOT } from './path.js';
export { type ResolvedPath, resolvePath } from './resolve.js';
export { findNode, type WalkedNode, walkTree } from './walk.js';
