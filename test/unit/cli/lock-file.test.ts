import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { keepSnapshot } from '../../../src/actions/snapshot-lists.js';
import { type CanonicalValue, digestOf } from '../../../src/base/index.js';
import { LockFile, lockBeside } from '../../../src/cli/lock-file.js';
import type { BuildOutcome, StepOutcome } from '../../../src/engine/index.js';
import { type Graph, GraphBuilder, inputsOf, type Step, type StepId } from '../../../src/graph/index.js';
import type { Event } from '../../../src/report/index.js';
import { MemoryBlobStore } from '../../../src/store/index.js';
import { addRootfs } from '../../../src/template/compile-rootfs.js';
import { privateDirectory } from '../../support/bundle-rig.js';
import { exact, resolved, source } from '../../support/lock-samples.js';

let scratch: ReturnType<typeof privateDirectory>;
beforeEach(() => {
  scratch = privateDirectory();
});
afterEach(() => scratch.remove());

function graphOf(...lists: readonly (readonly string[])[]): Graph<Step> {
  const builder = new GraphBuilder<Step>(inputsOf);
  addRootfs(builder, { source, packages: [] });
  for (const packages of lists) addRootfs(builder, { source, packages });
  return builder.build();
}

const place = () => ({ file: join(scratch.path, 'mkve.lock'), owner: 'project', isWhole: true }) as const;

async function open(graph: Graph<Step>): Promise<LockFile> {
  const opened = await LockFile.open(place(), graph);
  return opened.ok ? opened.value : expect.fail(JSON.stringify(opened.error));
}

/** What a build leaves that resolved every list to packages of this version. */
function outcomeOf(graph: Graph<Step>, snapshot: CanonicalValue, version = '1.0'): BuildOutcome {
  const steps = new Map<StepId, StepOutcome>();
  for (const step of graph.steps.values()) {
    if (step.kind === 'snapshot') steps.set(step.id, done({ snapshot, date: 0 }));
    if (step.kind !== 'resolve') continue;
    const names = step.base === undefined ? ['libc6'] : step.packages;
    const packages = names.map((name) => resolved(exact(name, version)));
    steps.set(step.id, done({ packages: packages as unknown as CanonicalValue }));
  }
  return { steps, durationMs: 0 };
}

function done(outputs: { readonly [name: string]: CanonicalValue }): StepOutcome {
  return { state: 'done', how: 'ran', outputs, durationMs: 0 };
}

async function record(lock: LockFile, outcome: BuildOutcome, how: 'build' | 'update' = 'build') {
  const events: Event[] = [];
  const fault = await lock.record(outcome, { report: (event) => events.push(event) }, how);
  return { fault, events };
}

const stepsOf = (graph: Graph<Step>) => [...graph.steps.keys()];
const kinds = (graph: Graph<Step>) =>
  [...graph.steps.values()].flatMap((step) =>
    step.kind === 'snapshot' || step.kind === 'resolve'
      ? [step.locked === undefined ? 'free' : 'locked']
      : [],
  );

describe('the file of a lock', () => {
  it('lies beside the mkvefile and has its name', () => {
    expect(lockBeside('/p/mkvefile.ts').file).toBe('/p/mkve.lock');
    expect(lockBeside('/p/mkvefile.ci.ts').file).toBe('/p/mkve.ci.lock');
    expect(lockBeside('/p/other.mts').file).toBe('/p/other.lock');
  });

  it('is written when something was resolved, and left alone after that', async () => {
    const graph = graphOf(['less']);
    const first = await open(graph);
    expect(kinds(first.graph)).toEqual(['free', 'free', 'free']);
    const outcome = outcomeOf(graph, digestOf('lists'));
    const { events } = await record(first, outcome);
    expect(events).toMatchObject([{ type: 'lock', how: 'written', packages: 2, changes: [] }]);
    const second = await open(graph);
    expect(kinds(second.graph)).toEqual(['locked', 'locked', 'locked']);
    expect(second.outdated(stepsOf(graph))).toBeUndefined();
    expect((await record(second, outcome)).events).toEqual([]);
    expect((await record(second, outcome, 'update')).events).toMatchObject([{ how: 'unchanged' }]);
    const moved = await record(second, outcomeOf(graph, digestOf('newer'), '2.0'), 'update');
    expect(moved.events).toMatchObject([{ how: 'written', changes: { length: 2 } }]);
  });

  it('that somebody else wrote meanwhile keeps what they wrote, and gets what it lacks', async () => {
    const [less, vim] = [graphOf(['less'], ['vim']), graphOf(['less'], ['vim'])];
    const only = (name: string) => {
      const outcome = outcomeOf(less, digestOf('lists'));
      const steps = [...outcome.steps].filter(([id]) => {
        const step = less.steps.get(id);
        return step?.kind !== 'resolve' || step.base === undefined || step.packages.includes(name);
      });
      return { ...outcome, steps: new Map(steps) };
    };
    const [mine, theirs] = [await open(less), await open(vim)];
    await record(theirs, only('vim'));
    await record(mine, only('less'));
    const both = await open(less);
    expect(both.outdated(stepsOf(less))).toBeUndefined();
    await record(mine, outcomeOf(less, digestOf('newer'), '2.0'));
    expect((await open(less)).text).toBe(both.text);
    const late = await record(mine, outcomeOf(less, digestOf('newer'), '2.0'), 'update');
    expect(late.fault).toMatchObject({ kind: 'input-changed' });
  });

  it('is not written for a build that resolved nothing', async () => {
    const lock = await open(graphOf());
    expect(await record(lock, { steps: new Map(), durationMs: 0 })).toEqual({ fault: undefined, events: [] });
    await expect(readFile(lock.file)).rejects.toThrow('ENOENT');
  });

  it('that cannot be read or written is a failure in words', async () => {
    await writeFile(place().file, '{}');
    expect(await LockFile.open(place(), graphOf())).toMatchObject({ error: { kind: 'config-invalid' } });
    const nowhere = { ...place(), file: `${place().file}/mkve.lock` };
    expect(await LockFile.open(nowhere, graphOf())).toMatchObject({ error: { kind: 'input-unreadable' } });
  });

  it('has nothing of a new list: it is resolved against the locked snapshot where the store has its lists', async () => {
    const blobs = new MemoryBlobStore();
    const snapshot = await keepSnapshot([{ name: 'a_Packages', blob: await blobs.put('list') }], blobs);
    await record(await open(graphOf(['less'])), outcomeOf(graphOf(['less']), snapshot));
    const graph = graphOf(['less'], ['vim']);
    const lock = await open(graph);
    expect(lock.outdated(stepsOf(graph))).toMatchObject({
      kind: 'lock-outdated',
      changes: ['it does not have the list vim'],
    });
    expect(kinds(await lock.graphFor(stepsOf(graph), blobs, 'keep'))).toEqual([
      'locked',
      'locked',
      'locked',
      'free',
    ]);
    const empty = new MemoryBlobStore();
    expect(kinds(await lock.graphFor(stepsOf(graph), empty, 'keep'))).toEqual([
      'free',
      'locked',
      'locked',
      'free',
    ]);
    const withoutVim = stepsOf(graphOf(['less']));
    expect(kinds(await lock.graphFor(withoutVim, empty, 'keep'))[0]).toBe('locked');
  });
});
