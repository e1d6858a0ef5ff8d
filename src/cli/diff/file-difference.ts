import { type ChangedPart, changedParts, type NodeDifference, type SeenNode } from '../../tree/index.js';

/** One path at which two root file systems differ. */
export interface FileDifference extends NodeDifference {
  readonly how: 'added' | 'changed' | 'deleted';
  /** What about it changed; nothing for what is new or gone. */
  readonly parts: readonly ChangedPart[];
  /** Hunks of a unified diff, for small text files whose content is another or new. */
  readonly text?: string;
}

export function fileDifference(difference: NodeDifference): FileDifference {
  const { before, after } = difference;
  if (before === undefined) return { ...difference, how: 'added', parts: [] };
  if (after === undefined) return { ...difference, how: 'deleted', parts: [] };
  return { ...difference, how: 'changed', parts: changedParts({ before, after }) };
}

/** Four octal digits. */
export function modeText(node: SeenNode): string {
  const { mode } = node.type === 'dir' ? node.meta : node;
  return mode.toString(8).padStart(4, '0');
}
