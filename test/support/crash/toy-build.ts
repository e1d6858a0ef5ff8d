/**
 * `toy-build STORE [FAULT]`: builds a small graph on a store on disk, in a process of its own that may be killed at any
 * change of a file. Prints what every step gave, how, and how many changes there were; status 5 where the system refused.
 */
import { startBuild } from '../../../src/engine/index.js';
import { systemFailure } from '../../../src/report/index.js';
import { LastRuns, openStore, type Store } from '../../../src/store/index.js';
import { MemoryExecutor, type ToyStep, toyGraph } from '../memory-executor.js';
import { type FileFault, injectFileFault } from './file-faults.js';

const GRAPH = toyGraph({ base: {}, one: { needs: ['base'] } });

/** Steps leave something in the store, as real ones do, and their results count only while it is there. */
class StoringExecutor extends MemoryExecutor {
  readonly #store: Store;

  constructor(store: Store) {
    super();
    this.#store = store;
  }

  override async run(...[step, context]: Parameters<MemoryExecutor['run']>) {
    const staging = await this.#store.staging.create('toy');
    try {
      const ran = await super.run(step, context);
      if (!ran.ok) return ran;
      const blob = await this.#store.blobs.put(`${step.id} ${JSON.stringify(ran.value)}`);
      // In the order in which canonical JSON gives it back: what comes after is made of its text.
      return { ok: true, value: { blob, ...ran.value } } as const;
    } finally {
      await this.#store.staging.remove(staging);
    }
  }

  override async isUsable(_step: ToyStep, outputs?: Readonly<Record<string, unknown>>): Promise<boolean> {
    return (await this.#store.blobs.get(outputs?.['blob'] as never)) !== undefined;
  }
}

async function build(root: string): Promise<number> {
  const store = await openStore(root);
  if (!store.ok) {
    process.stdout.write(JSON.stringify({ refused: store.error.detail }));
    return 5;
  }
  const { blobs, actions: cache, lastDirectory } = store.value;
  const last = LastRuns.onDisk(lastDirectory, 'toy');
  const outcome = await startBuild({
    graph: GRAPH,
    wanted: [...GRAPH.steps.keys()],
    executor: new StoringExecutor(store.value),
    ...{ cache, blobs, last },
    reporter: { report: () => undefined },
    jobs: 1,
    onFailure: 'stop',
    forced: new Set(),
    signal: new AbortController().signal,
    now: () => 0,
    logPath: (log) => log,
  }).ended;
  const steps = Object.fromEntries(
    [...outcome.steps].map(([id, step]) => [
      id,
      step.state === 'done'
        ? { how: step.how, value: step.outputs }
        : { how: step.state === 'failed' ? step.failure.kind : step.state },
    ]),
  );
  process.stdout.write(JSON.stringify({ steps, changes: changes.count() }));
  return Object.values(steps).some(({ how }) => how === 'system-refused') ? 5 : 0;
}

const [, , root = '', fault] = process.argv;
const changes = injectFileFault(fault === undefined ? undefined : (JSON.parse(fault) as FileFault));
try {
  process.exitCode = await build(root);
} catch (thrown) {
  const refused = systemFailure(thrown);
  if (refused === undefined) throw thrown;
  process.stdout.write(JSON.stringify({ refused: refused.detail }));
  process.exitCode = 5;
}
