import { formatDuration } from '../../report/index.js';
import { directInputs } from './direct-inputs.js';
import type { GraphView, NodeState, ViewNode } from './view.js';
import { stateWord, stepLabel } from './words.js';

/** Names of classes, which hold letters only. */
const CLASSES: Readonly<Record<NodeState, string>> = {
  'up-to-date': 'current',
  dirty: 'dirty',
  failed: 'failed',
  unknown: 'unknown',
};

const CLASS_DEFINITIONS = [
  'classDef current fill:#dcf3e2,stroke:#1f7a3d,color:#12301c',
  'classDef dirty fill:#fdefc8,stroke:#8a5a00,color:#3a2700',
  'classDef failed fill:#fbdcd9,stroke:#b3261e,color:#410e0b,stroke-width:2px',
  'classDef unknown fill:#ffffff,stroke:#5c6773,color:#23292f,stroke-dasharray:5 4',
  'classDef critical stroke-width:4px',
];

/** A flowchart for Mermaid. An edge that others imply is left out. */
export function renderMermaid(view: GraphView): string {
  const names = new Map(view.nodes.map(({ id }, index) => [id, `s${index}`]));
  const direct = directInputs(view.nodes);
  const nodes = view.nodes.map((node) => `  ${names.get(node.id)}["${labelOf(node)}"]`);
  const edges = view.nodes.flatMap(({ id }) =>
    (direct.get(id) ?? []).map((input) => `  ${names.get(input)} --> ${names.get(id)}`),
  );
  const classes = view.nodes.map((node) => `  class ${names.get(node.id)} ${classesOf(node)}`);
  const definitions = CLASS_DEFINITIONS.map((line) => `  ${line}`);
  return `${['flowchart TD', ...nodes, ...edges, ...definitions, ...classes].join('\n')}\n`;
}

function labelOf(node: ViewNode): string {
  const { title, of } = stepLabel(node.id);
  const duration = node.durationMs === undefined ? '' : `, ${formatDuration(node.durationMs)}`;
  const lines = [title, ...(of === '' ? [] : [of]), `${stateWord(node.state)}${duration}`];
  return lines.map(escaped).join('<br/>');
}

function classesOf({ state, inBuild }: ViewNode): string {
  const isCritical = inBuild !== undefined && 'isCritical' in inBuild && inBuild.isCritical;
  return isCritical ? `${CLASSES[state]},critical` : CLASSES[state];
}

/** Mermaid's entities: a character as `#` and its decimal number. Only what can mean nothing else stands as it is. */
function escaped(text: string): string {
  return text.replace(/[^\p{L}\p{N} ,./:~+_-]/gu, (character) => `#${character.codePointAt(0)};`);
}
