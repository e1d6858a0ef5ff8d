import { formatDuration, formatSize } from '../../report/index.js';
import type { StepDetails } from './details.js';
import { directInputs } from './direct-inputs.js';
import { type Layout, layOut } from './layout/layout.js';
import { type PageBuild, pageBuild } from './page-build.js';
import type { GraphView, NodeState, ViewNode } from './view.js';
import { stateWord, stepLabel } from './words.js';

/** All that the page shows. Words and numbers are ready to be read, so that the page only has to place them. */
export interface PageData {
  readonly targets: readonly {
    readonly name: string;
    readonly step: string;
    readonly output: string;
    readonly state: NodeState;
    readonly word: string;
  }[];
  readonly steps: readonly PageStep[];
  readonly layout: Layout & { readonly node: { readonly width: number; readonly height: number } };
  readonly build?: PageBuild;
}

export interface PageStep {
  readonly id: string;
  readonly title: string;
  readonly of: string;
  readonly state: NodeState;
  readonly word: string;
  readonly duration: string;
  readonly isCritical: boolean;
  /** What is told of it in words, as name and value. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly inputs: readonly { readonly as: string; readonly step: string }[];
  readonly users: readonly string[];
  /** Those drawn above and below it, for moving by arrow keys. */
  readonly above: readonly string[];
  readonly below: readonly string[];
  readonly document?: { readonly title: string; readonly text: string };
  readonly log: { readonly note: string; readonly text: string };
  readonly changes?: {
    readonly note: string;
    readonly paths: readonly { readonly how: 'added' | 'changed' | 'deleted'; readonly path: string }[];
  };
}

const SIZES = { node: { width: 176, height: 66 }, bendWidth: 20, columnGap: 16, rowGap: 28 };

export function pageData(view: GraphView, details: ReadonlyMap<string, StepDetails>): PageData {
  const direct = directInputs(view.nodes);
  const layout = layOut(
    view.nodes.map(({ id }) => ({ id, inputs: direct.get(id) ?? [] })),
    SIZES,
  );
  const users = reversed(new Map(view.nodes.map(({ id, inputs }) => [id, inputs.map(({ step }) => step)])));
  const below = reversed(direct);
  const states = new Map(view.nodes.map(({ id, state }) => [id, state]));
  return {
    targets: view.targets.map(({ name, step, output }) => {
      const state = states.get(step) ?? 'unknown';
      return { name, step, output, state, word: stateWord(state) };
    }),
    steps: view.nodes.map((node) => ({
      ...describeStep(node),
      users: users.get(node.id) ?? [],
      above: direct.get(node.id) ?? [],
      below: below.get(node.id) ?? [],
      ...describeDetails(details.get(node.id)),
    })),
    layout: { ...layout, node: SIZES.node },
    ...(view.build === undefined ? {} : { build: pageBuild(view.build, new Set(states.keys())) }),
  };
}

/** From inputs by step to steps by input. */
function reversed(inputs: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, readonly string[]> {
  const users = new Map<string, string[]>([...inputs.keys()].map((id) => [id, []]));
  for (const [id, ids] of inputs) for (const input of new Set(ids)) users.get(input)?.push(id);
  return users;
}

function describeStep(node: ViewNode) {
  const { id, kind, state, durationMs, inBuild, inputs } = node;
  const isCritical = inBuild !== undefined && 'isCritical' in inBuild && inBuild.isCritical;
  return {
    id,
    ...stepLabel(id),
    state,
    word: stateWord(state),
    duration: durationMs === undefined ? '' : formatDuration(durationMs),
    isCritical,
    facts: [
      ['Kind', kind],
      ...(node.reasons.length > 0 ? [['Why', node.reasons.join('; ')] as const] : []),
      ['Took', durationMs === undefined ? 'it never ran' : formatDuration(durationMs)],
      ['In the last build', inBuildWords(inBuild)],
      ['Pool', node.pool],
      ['Targets', node.targets.join(', ')],
    ] as const,
    inputs,
  };
}

function inBuildWords(inBuild: ViewNode['inBuild']): string {
  if (inBuild === undefined) return 'not part of it';
  if (!('run' in inBuild)) return inBuild.how;
  const { startMs, endMs, pool, slot } = inBuild.run;
  const times = `from ${formatDuration(startMs)} to ${formatDuration(endMs)}`;
  return `${inBuild.how} ${times} in slot ${pool} ${slot}${inBuild.isCritical ? ', on the critical path' : ''}`;
}

function describeDetails(details: StepDetails | undefined): Pick<PageStep, 'document' | 'log' | 'changes'> {
  const { document, changes } = details ?? {};
  return {
    ...(document === undefined
      ? {}
      : { document: { title: `Action document of the ${document.of}`, text: document.text } }),
    log: describeLog(details?.log ?? { kind: 'none' }),
    ...(changes === undefined ? {} : { changes: describeChanges(changes) }),
  };
}

function describeLog(log: StepDetails['log']): PageStep['log'] {
  if (log.kind === 'none') return { note: 'It wrote nothing.', text: '' };
  if (log.kind === 'lost') return { note: 'Its log is no longer in the store.', text: '' };
  const size = Buffer.byteLength(log.text);
  const note =
    log.cutBytes === 0
      ? ''
      : `The last ${formatSize(size)}; ${formatSize(log.cutBytes)} before it are left out.`;
  return { note, text: log.text };
}

function describeChanges(changes: StepDetails['changes'] & {}): PageStep['changes'] & {} {
  if (changes.kind === 'lost')
    return { note: 'The root file system before or after it is no longer in the store.', paths: [] };
  const { added, changed, deleted, paths } = changes;
  const total = added + changed + deleted;
  if (total === 0) return { note: 'It changed nothing.', paths };
  const counts = `${added} added, ${changed} changed, ${deleted} deleted`;
  return { note: total > paths.length ? `${counts}; the first ${paths.length} are listed.` : counts, paths };
}
