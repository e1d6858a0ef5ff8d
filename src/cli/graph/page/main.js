import { emptyDetails, stepDetails } from './details.js';
import { element, place } from './dom.js';
import { drawGraph } from './drawing.js';
import { stateIcon } from './icons.js';
import { drawTimeline } from './timeline.js';
import { zoomButtons } from './zoom.js';

/** @typedef {import('../page-data.js').PageData} PageData */

const data = /** @type {PageData} */ (JSON.parse(place('data').textContent ?? ''));
const known = new Map(data.steps.map((step) => [step.id, step]));
const drawing = drawGraph(data, select);
/** @type {string | undefined} */
let selected;

/** The selected step is in the address, so that a link or a test can name one: `#select=tiny%2Flxc%3A01-root`. */
const PREFIX = '#select=';

/** @param {string} id */
function select(id) {
  show(id);
  history.replaceState(null, '', `${PREFIX}${encodeURIComponent(id)}`);
  // Where the columns are one below the other, what was asked for would be out of sight.
  if (matchMedia('(max-width: 75rem)').matches) place('details').scrollIntoView({ block: 'start' });
}

/** @param {string} id */
function show(id) {
  const step = known.get(id);
  if (step === undefined) return;
  selected = id;
  place('details').replaceChildren(...stepDetails(step, select));
  place('details').scrollTop = 0;
  for (const one of document.querySelectorAll('[data-step]')) {
    const isSelected = one.getAttribute('data-step') === id;
    one.classList.toggle('selected', isSelected);
    one.setAttribute('aria-pressed', String(isSelected));
  }
  for (const { from, to, path } of drawing.edges) path.classList.toggle('near', from === id || to === id);
  giveTabStop(id);
}

/** One node can be reached by the tab key, the others from it by arrow keys. @param {string} id */
function giveTabStop(id) {
  for (const [one, node] of drawing.nodes) node.tabIndex = one === id ? 0 : -1;
}

/** @param {KeyboardEvent} event */
function move(event) {
  const focused = /** @type {HTMLElement | null} */ (event.target)?.dataset['step'];
  const to = focused === undefined ? undefined : neighbour(focused, event.key);
  const node = to === undefined ? undefined : drawing.nodes.get(to);
  if (to === undefined || node === undefined) return;
  event.preventDefault();
  show(to);
  history.replaceState(null, '', `${PREFIX}${encodeURIComponent(to)}`);
  node.focus();
  node.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

/**
 * @param {string} id
 * @param {string} key
 */
function neighbour(id, key) {
  if (key === 'ArrowUp') return known.get(id)?.above[0];
  if (key === 'ArrowDown') return known.get(id)?.below[0];
  if (key !== 'ArrowLeft' && key !== 'ArrowRight') return undefined;
  const own = data.layout.nodes.find((node) => node.id === id);
  const row = data.layout.nodes.filter(({ y }) => y === own?.y).sort((a, b) => a.x - b.x);
  return row[row.findIndex((node) => node.id === id) + (key === 'ArrowLeft' ? -1 : 1)]?.id;
}

function heading() {
  const counts = new Map();
  for (const { state, word } of data.steps)
    counts.set(state, { word, number: (counts.get(state)?.number ?? 0) + 1 });
  const states = [...counts].map(([state, { word, number }]) =>
    element('li', { class: `badge ${state}` }, stateIcon(state), `${number} ${word}`),
  );
  const targets = data.targets.map(({ name, step, output, state, word }) =>
    element(
      'li',
      {},
      element(
        'button',
        { type: 'button', class: `target ${state}`, title: output, onclick: () => select(step) },
        stateIcon(state),
        element('b', {}, name),
        ` ${word}`,
      ),
    ),
  );
  return [
    element('h1', {}, 'mkve graph'),
    element('ul', { class: 'states', 'aria-label': 'Steps by state' }, ...states),
    element('ul', { class: 'targets', 'aria-label': 'Targets' }, ...targets),
  ];
}

/** As large as the width allows without scrolling; where it would become too small to read, it has to be scrolled. */
function fitting() {
  const zoom = (place('graph').clientWidth - 40) / (data.layout.width + 12);
  return zoom < 0.7 ? 0.85 : Math.min(1, zoom);
}

function selectFromAddress() {
  if (!location.hash.startsWith(PREFIX)) return;
  show(decodeURIComponent(location.hash.slice(PREFIX.length)));
  const [node, frame] = [drawing.nodes.get(selected ?? ''), drawing.root.parentElement];
  // To the side only: the details are at the top.
  if (node !== undefined && frame !== null)
    frame.scrollLeft +=
      node.getBoundingClientRect().left - frame.getBoundingClientRect().left - frame.clientWidth / 2;
}

place('head').append(...heading());
place('build').append(
  ...(data.build === undefined
    ? [element('h2', {}, 'Last build'), element('p', { class: 'quiet' }, 'No build is on record.')]
    : drawTimeline(data.build, select)),
);
place('graph').append(
  element(
    'div',
    { class: 'section-head' },
    element('h2', {}, 'Steps'),
    element(
      'p',
      {},
      'Inputs stand above. An arrow that others imply is left out; a selected step lists all.',
    ),
    zoomButtons({ what: 'the graph', least: 0.3, most: 2, first: fitting() }, (zoom) => {
      drawing.root.style.setProperty('zoom', String(zoom));
    }),
  ),
  element(
    'div',
    { class: 'canvas-frame', onkeydown: (event) => move(/** @type {KeyboardEvent} */ (event)) },
    drawing.root,
  ),
);
place('details').append(...emptyDetails());
giveTabStop(data.layout.nodes[0]?.id ?? '');
selectFromAddress();
addEventListener('hashchange', selectFromAddress);
