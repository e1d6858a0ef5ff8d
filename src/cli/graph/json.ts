import type { GraphView, NodeInBuild, NodeState, ViewBuild, ViewNode } from './view.js';

/** Goes up when a field changes its meaning or goes. New fields do not count. */
const FORMAT = 1;

/**
 * What `mkve graph --format json` prints, in one line: the same fields are described in docs/graph.md. Durations and
 * times within a build are milliseconds.
 */
export interface GraphDocument {
  readonly type: 'graph';
  readonly format: typeof FORMAT;
  readonly targets: readonly { readonly name: string; readonly step: string; readonly output: string }[];
  /** Inputs before the steps that use them. */
  readonly steps: readonly StepDocument[];
  /** Absent when no build is on record. */
  readonly lastBuild?: BuildDocument;
}

interface StepDocument {
  readonly id: string;
  readonly kind: string;
  readonly pool: string;
  /** Those of `targets` that need it. */
  readonly targets: readonly string[];
  /** All inputs by what they serve as. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly state: NodeState;
  readonly reasons: readonly string[];
  readonly durationMs?: number;
  readonly lastBuild?: {
    readonly how: NodeInBuild['how'];
    readonly pool?: string;
    readonly slot?: number;
    readonly startMs?: number;
    readonly endMs?: number;
    readonly critical?: boolean;
  };
}

interface BuildDocument {
  /** ISO 8601, UTC. */
  readonly endedAt: string;
  readonly durationMs: number;
  readonly jobs: number;
  readonly targets: readonly string[];
  readonly criticalPath: { readonly steps: readonly string[]; readonly durationMs: number };
  readonly runs: ViewBuild['runs'];
  readonly rest: ViewBuild['rest'];
}

export function graphDocument(view: GraphView): GraphDocument {
  return {
    type: 'graph',
    format: FORMAT,
    targets: view.targets.map(({ name, step, output }) => ({ name, step, output })),
    steps: view.nodes.map(stepDocument),
    ...(view.build === undefined ? {} : { lastBuild: buildDocument(view.build) }),
  };
}

export function renderJson(view: GraphView): string {
  return `${JSON.stringify(graphDocument(view))}\n`;
}

function stepDocument({ inputs, inBuild, ...node }: ViewNode): StepDocument {
  return {
    ...node,
    inputs: Object.fromEntries(inputs.map(({ as, step }) => [as, step])),
    ...(inBuild === undefined ? {} : { lastBuild: inBuildDocument(inBuild) }),
  };
}

function inBuildDocument(inBuild: NodeInBuild): StepDocument['lastBuild'] & {} {
  if (!('run' in inBuild)) return inBuild;
  const { how, run, isCritical } = inBuild;
  return { how, ...run, critical: isCritical };
}

function buildDocument(build: ViewBuild): BuildDocument {
  const { endedAt, durationMs, jobs, targets, criticalPath, runs, rest } = build;
  return {
    endedAt: new Date(endedAt).toISOString(),
    durationMs,
    jobs,
    targets,
    criticalPath: { steps: criticalPath.steps, durationMs: criticalPath.durationMs },
    runs,
    rest,
  };
}
