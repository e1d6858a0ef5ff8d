import { jsonRecord } from '../../report/index.js';
import { displayName, metaOf, type SeenNode } from '../../tree/index.js';
import type { Comparison } from './comparison.js';
import { type FileDifference, modeText } from './file-difference.js';

/** For programs: one object. */
export function comparisonJson(comparison: Comparison): string {
  return jsonRecord({ type: 'diff', ...comparison, files: comparison.files.map(fileOf) });
}

function fileOf({ path, how, parts, before, after, text }: FileDifference) {
  return {
    path: `/${displayName(path)}`,
    how,
    parts,
    ...(before === undefined ? {} : { before: nodeOf(before) }),
    ...(after === undefined ? {} : { after: nodeOf(after) }),
    ...(text === undefined ? {} : { text }),
  };
}

function nodeOf(node: SeenNode) {
  const { uid, gid, mtime, xattrs } = metaOf(node);
  return {
    type: node.type,
    mode: modeText(node),
    uid,
    gid,
    mtime,
    ...(node.type === 'file' ? { size: node.size, digest: node.digest } : {}),
    ...(node.type === 'symlink' ? { target: displayName(node.target) } : {}),
    ...(node.type === 'char' || node.type === 'block' ? { major: node.major, minor: node.minor } : {}),
    ...(xattrs === undefined ? {} : { attributes: Object.keys(xattrs).map(plain) }),
  };
}

function plain(name: string): string {
  return displayName(name as Parameters<typeof displayName>[0]);
}
