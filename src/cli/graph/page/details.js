import { element } from './dom.js';
import { criticalIcon, stateIcon } from './icons.js';
import { stepButton } from './timeline.js';

/** @typedef {import('../page-data.js').PageStep} PageStep */

/** Signs for changes, beside the word that screen readers get. */
const SIGNS = /** @type {const} */ ({ added: '+', changed: '~', deleted: '−' });

/** What is shown while no step is selected. */
export function emptyDetails() {
  return [
    element('h2', {}, 'No step is selected'),
    element(
      'p',
      { class: 'quiet' },
      'Select one to see its action document, its log and the files it changed. In the graph the arrow keys go from step to step.',
    ),
  ];
}

/**
 * @param {PageStep} step
 * @param {(step: string) => void} select
 */
export function stepDetails(step, select) {
  const state = element('p', { class: `badge ${step.state}` }, stateIcon(step.state), step.word);
  if (step.isCritical) state.append(criticalIcon(), 'critical path');
  return [
    element('h2', { class: 'step-id' }, step.id),
    state,
    facts(step, select),
    ...changes(step),
    ...log(step),
    ...actionDocument(step),
  ];
}

/**
 * @param {PageStep} step
 * @param {(step: string) => void} select
 */
function facts(step, select) {
  const list = element('dl', {});
  for (const [name, value] of step.facts) {
    list.append(element('dt', {}, name), element('dd', {}, value));
  }
  if (step.inputs.length > 0) {
    const inputs = step.inputs.map(({ as, step: input }) =>
      element('li', {}, element('span', { class: 'quiet' }, `${as} `), stepButton(input, true, select)),
    );
    list.append(element('dt', {}, 'Inputs'), element('dd', {}, element('ul', {}, ...inputs)));
  }
  if (step.users.length > 0) {
    const users = step.users.map((user) => element('li', {}, stepButton(user, true, select)));
    list.append(element('dt', {}, 'Used by'), element('dd', {}, element('ul', {}, ...users)));
  }
  return list;
}

/** @param {PageStep} step */
function changes({ changes: known }) {
  if (known === undefined) return [];
  const items = known.paths.map(({ how, path }) =>
    element(
      'li',
      { class: how },
      element('span', { class: 'sign', title: how, 'aria-label': how, role: 'img' }, SIGNS[how]),
      element('span', {}, path),
    ),
  );
  return [
    element('h3', {}, 'File changes'),
    element('p', { class: 'note', id: 'changes-note' }, known.note),
    ...(items.length === 0 ? [] : [element('ul', { class: 'changes', id: 'changes' }, ...items)]),
  ];
}

/** @param {PageStep} step */
function log({ log: known }) {
  return [
    element('h3', {}, 'Log'),
    ...(known.note === '' ? [] : [element('p', { class: 'note', id: 'log-note' }, known.note)]),
    ...(known.text === '' ? [] : [element('pre', { id: 'log', tabindex: 0 }, known.text)]),
  ];
}

/** @param {PageStep} step */
function actionDocument({ document: known }) {
  if (known === undefined) return [];
  return [element('h3', {}, known.title), element('pre', { id: 'document', tabindex: 0 }, known.text)];
}
