import { formatDuration } from '../../report/index.js';
import { directInputs } from './direct-inputs.js';
import type { GraphView, NodeState, ViewNode } from './view.js';
import { stateWord, stepLabel } from './words.js';

/** Attributes that tell the states apart by colour and by form. */
const LOOKS: Readonly<Record<NodeState, string>> = {
  'up-to-date': 'shape=box, style="rounded,filled", fillcolor="#dcf3e2", color="#1f7a3d"',
  dirty: 'shape=box, style="filled", fillcolor="#fdefc8", color="#8a5a00"',
  failed: 'shape=octagon, style="filled", fillcolor="#fbdcd9", color="#b3261e"',
  unknown: 'shape=box, style="rounded,dashed", color="#5c6773"',
};

/** For Graphviz. An edge that others imply is left out. Steps of the last build's critical path have a thick border. */
export function renderDot(view: GraphView): string {
  const names = new Map(view.nodes.map(({ id }, index) => [id, `s${index}`]));
  const direct = directInputs(view.nodes);
  const nodes = view.nodes.map((node) => `  ${names.get(node.id)} [${attributesOf(node)}];`);
  const edges = view.nodes.flatMap(({ id }) =>
    (direct.get(id) ?? []).map((input) => `  ${names.get(input)} -> ${names.get(id)};`),
  );
  const head = [
    'digraph mkve {',
    '  node [fontname="sans-serif", fontsize=11];',
    '  edge [color="#5c6773"];',
  ];
  return `${[...head, ...nodes, ...edges, '}'].join('\n')}\n`;
}

function attributesOf(node: ViewNode): string {
  const { title, of } = stepLabel(node.id);
  const duration = node.durationMs === undefined ? '' : `, ${formatDuration(node.durationMs)}`;
  const lines = [title, ...(of === '' ? [] : [of]), `${stateWord(node.state)}${duration}`];
  const isCritical = node.inBuild !== undefined && 'isCritical' in node.inBuild && node.inBuild.isCritical;
  return [
    `label="${lines.map(escaped).join('\\n')}"`,
    `tooltip="${escaped(node.id)}"`,
    LOOKS[node.state],
    ...(isCritical ? ['penwidth=3'] : []),
  ].join(', ');
}

/** Within quotes of an escString, where backslashes and entities mean something: the names of nodes do not hold any. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}
