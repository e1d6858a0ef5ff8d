import { bug } from '../../base/index.js';
import type { StepId, Target } from '../../graph/index.js';
import { count, formatDuration } from '../../report/index.js';
import { directInputs } from './direct-inputs.js';
import type { GraphView, ViewBuild, ViewNode } from './view.js';
import { stateWord } from './words.js';

/**
 * A tree for each target, from its bundle down to the snapshot. A step that several need stands with all below it
 * where it is met first; elsewhere a line says where that is.
 */
export function renderText(view: GraphView): string {
  const trees = new Trees(view);
  const blocks = view.targets.map((target) => trees.linesOf(target));
  if (view.build !== undefined) blocks.push(buildLines(view.build));
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** Below a branch the bars of the branches that go on. */
interface Indent {
  readonly branch: string;
  readonly below: string;
}

class Trees {
  readonly #nodes: ReadonlyMap<StepId, ViewNode>;
  readonly #direct: ReadonlyMap<StepId, readonly StepId[]>;
  readonly #depths: ReadonlyMap<StepId, number>;
  /** Where a step was shown first. */
  readonly #shownUnder = new Map<StepId, string>();

  constructor(view: GraphView) {
    this.#nodes = new Map(view.nodes.map((node) => [node.id, node]));
    this.#direct = directInputs(view.nodes);
    this.#depths = depthsOf(this.#direct);
  }

  /** Short branches first, so that the bar beside the long one does not run over pages. */
  #inputsOf(id: StepId): readonly StepId[] {
    const depth = (input: StepId) => this.#depths.get(input) ?? 0;
    return (this.#direct.get(id) ?? []).toSorted((a, b) => depth(a) - depth(b));
  }

  linesOf({ name, step, output }: Target): readonly string[] {
    return [`${name} -> ${output}`, ...this.#lines(step, name, { branch: '', below: '' })];
  }

  *#lines(id: StepId, target: string, indent: Indent): Generator<string> {
    const node = this.#nodes.get(id) ?? bug(`no step ${id} in the view`);
    const shown = this.#shownUnder.get(id);
    if (shown !== undefined) {
      yield `${' '.repeat(MARGIN)}${indent.branch}${id}, see ${shown === target ? 'above' : shown}`;
      return;
    }
    this.#shownUnder.set(id, target);
    yield `${marginOf(node)}${indent.branch}${id}${reasonOf(node)}`;
    const inputs = this.#inputsOf(id);
    for (const [index, input] of inputs.entries()) {
      const isLast = index === inputs.length - 1;
      yield* this.#lines(input, target, {
        branch: `${indent.below}${isLast ? '└─ ' : '├─ '}`,
        below: `${indent.below}${isLast ? '   ' : '│  '}`,
      });
    }
  }
}

/** How many steps the longest way up from each step has. */
function depthsOf(direct: ReadonlyMap<StepId, readonly StepId[]>): ReadonlyMap<StepId, number> {
  const depths = new Map<StepId, number>();
  for (const [id, inputs] of direct)
    depths.set(id, Math.max(0, ...inputs.map((input) => 1 + (depths.get(input) ?? 0))));
  return depths;
}

/** Columns for `  up to date  12.4 s  `. */
const MARGIN = 28;

function marginOf({ state, durationMs }: ViewNode): string {
  const duration = durationMs === undefined ? '' : formatDuration(durationMs);
  return `  ${stateWord(state).padEnd(10)}  ${duration.padStart(MARGIN - 16)}  `;
}

/** That a step waits for another is seen from the tree. */
function reasonOf({ state, reasons }: ViewNode): string {
  return state === 'unknown' || reasons.length === 0 ? '' : ` (${reasons.join('; ')})`;
}

function buildLines({ endedAt, durationMs, runs, rest, criticalPath }: ViewBuild): readonly string[] {
  const cached = rest.filter(({ how }) => how === 'cached').length;
  const ran = new Set(runs.map(({ step }) => step)).size;
  const when = new Date(endedAt).toISOString().replace(/\.\d+Z$/, 'Z');
  const took = new Map(runs.map((run) => [run.step, run.endMs - run.startMs]));
  return [
    `last build, ended ${when}: ${count(ran, 'step')} at work, ${cached} cached, in ${formatDuration(durationMs)}`,
    `its critical path, ${formatDuration(criticalPath.durationMs)}:`,
    ...criticalPath.steps.map((id) => {
      const duration = formatDuration(took.get(id) ?? 0);
      return `${duration.padStart(MARGIN - 2)}  ${id}`;
    }),
  ];
}
