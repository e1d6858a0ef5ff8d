import { element } from './dom.js';
import { criticalIcon } from './icons.js';
import { zoomButtons } from './zoom.js';

/** @typedef {import('../page-build.js').PageBuild} PageBuild */
/** @typedef {import('../page-build.js').PageBar} PageBar */

/**
 * The last build: a lane a slot, a bar for each time a step was at work.
 * @param {PageBuild} build
 * @param {(step: string) => void} select
 */
export function drawTimeline(build, select) {
  const lanes = build.lanes.map(({ name, bars }) =>
    element(
      'div',
      { class: 'lane', role: 'row' },
      element('span', { class: 'lane-name', role: 'rowheader' }, name),
      element(
        'div',
        { class: 'track', role: 'cell' },
        ...gridLines(build),
        ...bars.map((bar) => drawBar(bar, select)),
      ),
    ),
  );
  const chart = element(
    'div',
    { class: 'chart', role: 'table', 'aria-label': 'Timeline' },
    ...lanes,
    axis(build),
  );
  return [
    element(
      'div',
      { class: 'section-head' },
      element('h2', {}, 'Last build'),
      element('p', {}, `${build.summary}. Ended `, time(build.ended), '.'),
      zoomButtons({ what: 'the time axis', least: 1, most: 64, first: 1 }, (zoom) => {
        chart.style.width = `${zoom * 100}%`;
      }),
    ),
    element('div', { class: 'chart-frame' }, chart),
    legend(),
    criticalPath(build, select),
    ...build.rest.map((group) => restList(group, select)),
  ];
}

/**
 * @param {PageBar} bar
 * @param {(step: string) => void} select
 */
function drawBar(bar, select) {
  const label = `${bar.step}: ${bar.how}, ${bar.duration}${bar.isCritical ? ', on the critical path' : ''}`;
  const drawnBar = element(
    'button',
    {
      type: 'button',
      class: `bar ${bar.how}${bar.isCritical ? ' critical' : ''}`,
      title: bar.isShown ? label : `${label}; not in this graph`,
      'aria-label': label,
      'data-step': bar.step,
      disabled: !bar.isShown,
      onclick: () => select(bar.step),
    },
    element('span', {}, bar.title),
  );
  drawnBar.style.left = `${bar.at}%`;
  drawnBar.style.width = `${bar.width}%`;
  return drawnBar;
}

/** @param {PageBuild} build */
function gridLines({ ticks }) {
  return ticks.map(({ at }) => {
    const line = element('i', { class: 'line', 'aria-hidden': 'true' });
    line.style.left = `${at}%`;
    return line;
  });
}

/** @param {PageBuild} build */
function axis({ ticks }) {
  const labels = ticks.map(({ at, label }) => {
    const tick = element('span', { class: 'tick' }, label);
    tick.style.left = `${at}%`;
    return tick;
  });
  return element(
    'div',
    { class: 'lane axis', 'aria-hidden': 'true' },
    element('span', { class: 'lane-name' }),
    element('div', { class: 'track' }, ...labels),
  );
}

function legend() {
  /** @param {string} how */
  const key = (how) =>
    element('li', {}, element('span', { class: `bar key ${how}`, 'aria-hidden': 'true' }), how);
  return element(
    'ul',
    { class: 'legend' },
    key('ran'),
    key('failed'),
    key('cancelled'),
    element('li', {}, criticalIcon(), 'critical path'),
  );
}

/**
 * @param {PageBuild} build
 * @param {(step: string) => void} select
 */
function criticalPath({ criticalPath: path }, select) {
  const items = path.steps.map(({ step, duration }) =>
    element('li', {}, stepButton(step, true, select), element('span', { class: 'quiet' }, ` ${duration}`)),
  );
  return element(
    'div',
    { class: 'path' },
    element(
      'p',
      {},
      criticalIcon(),
      ` Critical path, ${path.duration}: with any number of slots the build takes no less.`,
    ),
    element('ol', {}, ...items),
  );
}

/**
 * @param {PageBuild['rest'][number]} group
 * @param {(step: string) => void} select
 */
function restList({ title, steps }, select) {
  const items = steps.map(({ step, duration, isShown }) =>
    element('li', {}, stepButton(step, isShown, select), element('span', { class: 'quiet' }, ` ${duration}`)),
  );
  return element('details', { class: 'rest' }, element('summary', {}, title), element('ul', {}, ...items));
}

/**
 * @param {string} step
 * @param {boolean} isShown
 * @param {(step: string) => void} select
 */
export function stepButton(step, isShown, select) {
  const attributes = { type: 'button', class: 'link', disabled: !isShown, onclick: () => select(step) };
  return element('button', attributes, step);
}

/** @param {string} iso */
function time(iso) {
  return element('time', { datetime: iso }, new Date(iso).toLocaleString());
}
