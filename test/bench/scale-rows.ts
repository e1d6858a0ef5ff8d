import { type CanonicalValue, digestOf, ok } from '../../src/base/index.js';
import { build, type Executor } from '../../src/engine/index.js';
import type { AnyStep, Graph, PackageSource } from '../../src/graph/index.js';
import { LastRuns, MemoryActionCache, MemoryBlobStore } from '../../src/store/index.js';
import { compile } from '../../src/template/index.js';
import { toyGraph } from '../support/memory-executor.js';
import type { Row, Verdict } from './table.js';

const ROUNDS = 5;
/** Issue B, "Shown by". */
const MOST_MS = 1000;
const CHAINS = 100;
const STEPS = 100;
const TARGETS = 1000;

/** The engine alone, in this process: a store in memory and steps that do nothing. */
export async function scaleRows(): Promise<readonly Row[]> {
  const trivial: number[] = [];
  const noOp: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    trivial.push(await timed(new Engine(), tenThousandSteps()));
    const engine = new Engine();
    await timed(engine, thousandTargets());
    noOp.push(await timed(engine, thousandTargets()));
  }
  return [
    {
      name: `${CHAINS * STEPS} trivial steps, in memory`,
      wall: trivial,
      verdict: atMost(Math.max(...trivial)),
    },
    { name: `no-op over ${TARGETS} targets, in memory`, wall: noOp },
  ];
}

function atMost(worst: number): Verdict {
  return {
    figure: `${(worst / 1000).toFixed(2)} s at worst`,
    aim: `under ${MOST_MS / 1000} s`,
    met: worst < MOST_MS,
  };
}

async function timed(engine: Engine, graph: Graph<AnyStep>): Promise<number> {
  const started = performance.now();
  await engine.build(graph);
  return performance.now() - started;
}

class Engine {
  readonly #cache = new MemoryActionCache();
  readonly #blobs = new MemoryBlobStore();
  readonly #last = LastRuns.inMemory();

  async build(graph: Graph<AnyStep>): Promise<void> {
    const { steps } = await build({
      graph,
      wanted: [...graph.steps.keys()],
      executor,
      cache: this.#cache,
      blobs: this.#blobs,
      last: this.#last,
      reporter: { report: () => undefined },
      jobs: 2,
      onFailure: 'stop',
      forced: new Set(),
      signal: new AbortController().signal,
      now: () => performance.now(),
      logPath: String,
    });
    if ([...steps.values()].some(({ state }) => state !== 'done')) throw new Error('a step was not done');
  }
}

/** Keyed by the step and by what its inputs left; leaves a value at once. */
const executor: Executor<AnyStep> = {
  describe: (step, inputs) => ({
    kind: step.kind,
    version: 1,
    inputs: { step: step as unknown as CanonicalValue, from: inputs },
  }),
  inputName: (_step, path) => ({ words: path, from: 'author' }),
  given: () => undefined,
  isUsable: () => Promise.resolve(true),
  run: (step) => Promise.resolve(ok({ value: step.id })),
};

function tenThousandSteps(): Graph<AnyStep> {
  const chains = Array.from({ length: CHAINS }, (_, chain) =>
    Array.from({ length: STEPS }, (_, step) => {
      const needs = step === 0 ? [] : [`${chain}-${step - 1}`];
      return [`${chain}-${step}`, { needs }] as const;
    }),
  );
  return toyGraph(Object.fromEntries(chains.flat()));
}

/** Real graphs: each target with four hooks. */
function thousandTargets(): Graph<AnyStep> {
  const hooks = ['01-root', '02-mtab', '10-one', '20-two'].map((name) => ({
    name,
    file: `/hooks/${name}`,
    digest: digestOf(name),
    args: [],
  }));
  const targets = Array.from({ length: TARGETS }, (_, index) => ({
    template: {
      name: `template-${index}`,
      hypervisor: 'lxc',
      version: '1',
      packages: ['less'],
      hooks,
      conf: [],
      reads: [],
    },
    output: `/out/${index}.bun`,
    network: [],
  }));
  const source: PackageSource = {
    backend: 'mmdebstrap',
    suite: 'bookworm',
    architecture: 'amd64',
    repositories: [],
    variant: 'minbase',
    recommends: false,
  };
  return compile({ targets, source, sets: { services: new Map(), hypervisors: new Map() }, sign: {} }).graph;
}
