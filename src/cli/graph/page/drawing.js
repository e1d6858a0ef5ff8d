import { drawn, element } from './dom.js';
import { criticalIcon, stateIcon } from './icons.js';

/** @typedef {import('../page-data.js').PageData} PageData */
/** @typedef {import('../page-data.js').PageStep} PageStep */
/** @typedef {{ readonly step: string, readonly element: HTMLElement | Element }} Marked */

/** Pixels around the drawing, for outlines. */
const MARGIN = 6;

/**
 * The graph: buttons for steps at the places that the layout found, with arrows below them.
 * @param {PageData} data
 * @param {(step: string) => void} select
 * @returns {{ readonly root: HTMLElement, readonly nodes: ReadonlyMap<string, HTMLButtonElement>, readonly edges: readonly { readonly from: string, readonly to: string, readonly path: Element }[] }}
 */
export function drawGraph({ steps, layout }, select) {
  const known = new Map(steps.map((step) => [step.id, step]));
  const [width, height] = [layout.width + 2 * MARGIN, layout.height + 2 * MARGIN];
  const svg = drawn('svg', { class: 'edges', width, height, 'aria-hidden': 'true' });
  svg.append(drawn('defs', {}, ...['plain', 'critical', 'near'].map(arrowHead)));
  const edges = layout.edges.map(({ from, to, points }) => {
    const isCritical = known.get(from)?.isCritical === true && known.get(to)?.isCritical === true;
    const path = drawn('path', { class: isCritical ? 'edge critical' : 'edge plain', d: curve(points) });
    svg.append(path);
    return { from, to, path };
  });
  const nodes = new Map();
  const canvas = element('div', { class: 'canvas' }, svg);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  for (const { id, x, y } of layout.nodes) {
    const step = known.get(id);
    if (step === undefined) continue;
    const node = drawStep(step, select);
    node.style.left = `${x + MARGIN}px`;
    node.style.top = `${y + MARGIN}px`;
    node.style.width = `${layout.node.width}px`;
    node.style.height = `${layout.node.height}px`;
    nodes.set(id, node);
    canvas.append(node);
  }
  return { root: canvas, nodes, edges };
}

/**
 * @param {PageStep} step
 * @param {(step: string) => void} select
 */
function drawStep(step, select) {
  const label = `${step.id}: ${step.word}${step.duration === '' ? '' : `, took ${step.duration}`}${step.isCritical ? ', on the critical path' : ''}`;
  return element(
    'button',
    {
      type: 'button',
      class: `node ${step.state}${step.isCritical ? ' critical' : ''}`,
      title: step.id,
      'aria-label': label,
      'data-step': step.id,
      tabindex: -1,
      onclick: () => select(step.id),
    },
    element(
      'span',
      { class: 'title' },
      element('span', {}, step.title),
      ...(step.isCritical ? [criticalIcon()] : []),
    ),
    element('span', { class: 'of' }, step.of),
    element(
      'span',
      { class: 'state' },
      stateIcon(step.state),
      element('span', { class: 'word' }, step.word),
      element('span', { class: 'duration' }, step.duration),
    ),
  );
}

/**
 * Down through the points; to the side in curves that begin and end upright.
 * @param {readonly (readonly [x: number, y: number])[]} points
 */
function curve(points) {
  return points
    .map(([ownX, ownY], index) => {
      const [x, y] = [ownX + MARGIN, ownY + MARGIN];
      const before = points[index - 1];
      if (before === undefined) return `M${x} ${y}`;
      const [oldX, oldY] = [before[0] + MARGIN, before[1] + MARGIN];
      const middle = (oldY + y) / 2;
      return oldX === x ? `V${y}` : `C${oldX} ${middle} ${x} ${middle} ${x} ${y}`;
    })
    .join('');
}

/** A head takes no colour from its line everywhere, so there is one for each look of a line. @param {string} look */
function arrowHead(look) {
  const marker = {
    id: `head-${look}`,
    viewBox: '0 0 8 8',
    refX: 7,
    refY: 4,
    markerWidth: 9,
    markerHeight: 9,
    markerUnits: 'userSpaceOnUse',
    orient: 'auto',
  };
  return drawn('marker', marker, drawn('path', { class: `head ${look}`, d: 'M0 0.5 7.5 4 0 7.5Z' }));
}
