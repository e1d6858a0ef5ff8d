import { describe, expect, it } from 'vitest';

import { type CanonicalValue, digestOf } from '../../../src/base/index.js';
import {
  type Graph,
  GraphBuilder,
  inputsOf,
  type Step,
  type StepId,
  stepId,
} from '../../../src/graph/index.js';
import {
  applyLock,
  changesBetween,
  EMPTY_LOCK,
  isExactlyLocked,
  type Lock,
  nextLock,
  pendingChanges,
  type Results,
} from '../../../src/lock/index.js';
import { addRootfs } from '../../../src/template/compile-rootfs.js';
import { exact, resolved, source } from '../../support/lock-samples.js';

const SNAPSHOT = { snapshot: digestOf('lists'), date: 1_700_000_000 };

function graphOf(...lists: readonly (readonly string[])[]): Graph<Step> {
  const builder = new GraphBuilder<Step>(inputsOf);
  addRootfs(builder, { source, packages: [] });
  for (const packages of lists) addRootfs(builder, { source, packages });
  return builder.build();
}

function listsOf(graph: Graph<Step>) {
  return [...graph.steps.values()].flatMap((step) => (step.kind === 'resolve' ? [step] : []));
}

/** What a build of everything leaves, with the version that each package has. */
function built(graph: Graph<Step>, versions: Readonly<Record<string, string>> = {}): Results {
  return (id: StepId) => {
    const step = graph.steps.get(id);
    if (step?.kind === 'snapshot') return SNAPSHOT as unknown as { readonly [name: string]: CanonicalValue };
    if (step?.kind !== 'resolve') return undefined;
    const names = step.base === undefined ? ['libc6'] : step.packages;
    const packages = names.map((name) => resolved(exact(name, versions[name])));
    return { packages: packages as unknown as CanonicalValue };
  };
}

function lockOf(graph: Graph<Step>, versions?: Readonly<Record<string, string>>, before = EMPTY_LOCK): Lock {
  return nextLock({ graph, isWhole: true }, built(graph, versions), before);
}

const nothing: Results = () => undefined;
const named = (lock: Lock) => lock.sources.flatMap(({ sets }) => sets.map((set) => set.requested.join(' ')));

describe('the lock that a build leaves', () => {
  const graph = graphOf(['less'], ['vim', 'jq']);

  it('has what was resolved, by list, without passwords', () => {
    const lock = lockOf(graph);
    expect(lock.sources).toMatchObject([{ ...SNAPSHOT }]);
    expect(named(lock).toSorted()).toEqual(['', 'jq vim', 'less']);
    expect(JSON.stringify(lock)).not.toContain('secret');
  });

  it('keeps what this build did not look at, and drops what nothing needs any more', () => {
    const lock = lockOf(graph);
    expect(nextLock({ graph, isWhole: true }, nothing, lock)).toEqual(lock);
    const fewer = graphOf(['less']);
    expect(named(nextLock({ graph: fewer, isWhole: true }, nothing, lock))).toEqual(['', 'less']);
  });

  it('drops nothing while not everything is known, as when a template has a mistake', () => {
    const lock = lockOf(graph);
    const kept = nextLock({ graph: graphOf(['less']), isWhole: false }, nothing, lock);
    expect(named(kept).toSorted()).toEqual(named(lock).toSorted());
  });

  it('drops what was resolved on top of another base', () => {
    const lock = lockOf(graph);
    const onlyBase: Results = (id) => {
      const step = graph.steps.get(id);
      const isBase = step?.kind === 'resolve' && step.base === undefined;
      return isBase || step?.kind === 'snapshot' ? built(graph, { libc6: '2.0' })(id) : undefined;
    };
    expect(named(nextLock({ graph, isWhole: true }, onlyBase, lock))).toEqual(['']);
  });

  it('keeps the date of a base that stays what it was, in the steps too', () => {
    const lock = lockOf(graph);
    const later: Results = (id) =>
      graph.steps.get(id)?.kind === 'snapshot'
        ? { snapshot: digestOf('newer'), date: SNAPSHOT.date + 1 }
        : built(graph)(id);
    expect(nextLock({ graph, isWhole: true }, later, lock).sources).toMatchObject([
      { snapshot: digestOf('newer'), date: SNAPSHOT.date },
    ]);
    const free = applyLock(graph, lock, { snapshots: 'free', lists: () => 'locked' });
    expect(free.steps.get(stepId('base:bookworm-amd64'))).toMatchObject({ sourceDateEpoch: SNAPSHOT.date });
  });

  it('has nothing where nothing was resolved', () => {
    expect(nextLock({ graph, isWhole: true }, nothing, EMPTY_LOCK)).toEqual(EMPTY_LOCK);
  });
});

describe('a lock put into a graph', () => {
  const graph = graphOf(['less'], ['vim']);
  const lock = lockOf(graph);

  it('gives every list its packages and the snapshot its digest', () => {
    const locked = applyLock(graph, lock);
    expect([...locked.steps.values()].filter(({ kind }) => kind === 'snapshot')).toMatchObject([
      { locked: SNAPSHOT },
    ]);
    expect(listsOf(locked).map((step) => step.locked?.map(({ name }) => name))).toEqual([
      ['libc6'],
      ['less'],
      ['vim'],
    ]);
  });

  it('leaves a list free that it does not have, and every list of a source that it does not have', () => {
    const more = applyLock(graphOf(['less'], ['vim', 'jq']), lock);
    expect(listsOf(more).map((step) => step.locked !== undefined)).toEqual([true, true, false]);
    const other = { ...source, suite: 'trixie' };
    const builder = new GraphBuilder<Step>(inputsOf);
    addRootfs(builder, { source: other, packages: [] });
    expect(listsOf(applyLock(builder.build(), lock))[0]?.locked).toBeUndefined();
  });

  it('means the same repository with another password or another place of the same key', () => {
    const [repository] = source.repositories;
    const moved = {
      ...source,
      repositories: [
        {
          ...repository,
          uris: ['http://other:word@mirror.example/debian'],
          keyrings: [{ file: '/elsewhere', digest: digestOf('key') }],
        },
      ],
    } as typeof source;
    const builder = new GraphBuilder<Step>(inputsOf);
    addRootfs(builder, { source: moved, packages: [] });
    expect(listsOf(applyLock(builder.build(), lock))[0]?.locked).toBeDefined();
  });

  it('takes no list that a merge put on top of another base', () => {
    const [section] = lock.sources;
    const merged = {
      sources: [
        {
          ...section,
          sets: section?.sets.map((set) =>
            set.requested.length === 0 ? { ...set, packages: [exact('libc6', '2.0')] } : set,
          ),
        },
      ],
    } as Lock;
    expect(listsOf(applyLock(graph, merged)).map((step) => step.locked !== undefined)).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('fits lists on a base that is not made of packages, and a list without a base does not fit one that is', () => {
    const steps = new Map(
      [...graph.steps].filter(([, step]) => step.kind !== 'resolve' || step.base !== undefined),
    );
    const bare: Graph<Step> = { steps, inputs: graph.inputs };
    const made = lockOf(bare);
    expect(named(made)).toEqual(['less', 'vim']);
    expect(listsOf(applyLock(bare, made)).map((step) => step.locked?.length)).toEqual([1, 1]);
    expect(listsOf(applyLock(bare, lock)).map((step) => step.locked)).toEqual([
      lock.sources[0]?.sets[1]?.packages,
      lock.sources[0]?.sets[2]?.packages,
    ]);
    const [section] = made.sources;
    const mixed = {
      sources: [
        { ...section, sets: [...(section?.sets ?? []), { requested: [], packages: [exact('libc6')] }] },
      ],
    } as Lock;
    expect(listsOf(applyLock(graph, mixed)).map((step) => step.locked !== undefined)).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('is exactly what the graph asks for, or not', () => {
    const isExact = (of: Graph<Step>) => isExactlyLocked(applyLock(of, lock), lock);
    expect(isExact(graph)).toBe(true);
    expect(isExact(graphOf(['less']))).toBe(false);
    expect(isExact(graphOf(['less'], ['vim', 'jq']))).toBe(false);
    expect(isExactlyLocked(graph, EMPTY_LOCK)).toBe(false);
  });

  it('can free lists or pin packages for an update', () => {
    const pinned = applyLock(graph, lock, {
      snapshots: 'free',
      lists: (step, packages) => (step.packages.includes('vim') ? packages : 'free'),
    });
    expect(listsOf(pinned).map(({ locked, pinned: held }) => [locked, held?.packages.length])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
      [undefined, 1],
    ]);
    expect(pinned.steps.get(stepId('snapshot:bookworm-amd64'))).not.toHaveProperty('locked');
  });
});

describe('what a build would change', () => {
  const graph = graphOf(['less'], ['vim']);
  const lock = lockOf(graph);
  const all = (of: Graph<Step>) => [...of.steps.values()];

  it('is nothing where all is locked and nothing else is', () => {
    expect(pendingChanges(graph, all(graph), lock)).toEqual([]);
  });

  it('is each list that is missing or too much', () => {
    const now = graphOf(['less'], ['jq', 'vim']);
    expect(pendingChanges(now, all(now), lock)).toEqual([
      'it does not have the list jq, vim',
      'it still has the list vim, which nothing needs any more',
    ]);
    expect(pendingChanges(graph, all(graph), EMPTY_LOCK)).toEqual(['it has nothing of bookworm-amd64']);
  });

  it('does not count lists that are not built', () => {
    const now = graphOf(['less'], ['vim'], ['jq']);
    const some = all(now).filter((step) => step.kind !== 'resolve' || !step.packages.includes('jq'));
    expect(pendingChanges(now, some, lock)).toEqual([]);
  });
});

describe('how two locks differ', () => {
  const graph = graphOf(['less', 'vim']);

  it('is told by package, once however many lists have it', () => {
    const twice = graphOf(['less', 'vim'], ['less']);
    const changes = changesBetween(lockOf(twice, { less: '1.0' }), lockOf(twice, { less: '2.0' }));
    expect(changes).toEqual([{ name: 'less', arch: 'amd64', before: '1.0', after: '2.0' }]);
  });

  it('knows what is new, gone, and another file of the same version', () => {
    const before = lockOf(graph);
    const after = lockOf(graphOf(['less', 'jq']));
    expect(changesBetween(before, after)).toEqual([
      { name: 'jq', arch: 'amd64', after: '1.0' },
      { name: 'vim', arch: 'amd64', before: '1.0' },
    ]);
    const altered = JSON.parse(
      JSON.stringify(before).replace(exact('vim').sha256, exact('vim', '1.0', 'other').sha256),
    ) as Lock;
    expect(changesBetween(before, altered)).toEqual([
      { name: 'vim', arch: 'amd64', before: '1.0', after: '1.0' },
    ]);
  });
});
