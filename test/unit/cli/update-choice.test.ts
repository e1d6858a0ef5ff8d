import { describe, expect, it } from 'vitest';

import { digestOf } from '../../../src/base/index.js';
import { chooseUpdate } from '../../../src/cli/update-choice.js';
import {
  type Graph,
  GraphBuilder,
  inputsOf,
  type Step,
  type StepId,
  stepId,
} from '../../../src/graph/index.js';
import { applyLock, EMPTY_LOCK, identityOf, type Lock } from '../../../src/lock/index.js';
import { digestOfPackages } from '../../../src/lock/model.js';
import { addRootfs } from '../../../src/template/compile-rootfs.js';
import { exact, source } from '../../support/lock-samples.js';

const BASE = [exact('libc6'), exact('apt')];
const LISTS = { 'web/lxc': ['nginx'], 'web/kvm': ['nginx', 'vim'], 'mail/lxc': ['postfix'] };

const builder = new GraphBuilder<Step>(inputsOf);
const base = addRootfs(builder, { source, packages: [] });
const ends = Object.entries(LISTS).map(([name, packages]): [string, StepId] => [
  name,
  addRootfs(builder, { source, packages }),
]);
ends.push(['bare/lxc', base]);
const graph: Graph<Step> = builder.build();
const targets = ends.map(([name, step]) => ({ name, step, output: `/out/${name}` }));

const onto = digestOfPackages(BASE);
const lock: Lock = {
  sources: [
    {
      source: identityOf(source),
      snapshot: digestOf('lists'),
      date: 0,
      sets: [
        { requested: [], packages: BASE },
        ...Object.values(LISTS).map((requested) => ({
          requested,
          onto,
          packages: [...requested, 'libssl3'].map((name) => exact(name)),
        })),
      ],
    },
  ],
};

/** By list: `locked`, `free`, or the names of what is pinned. */
function chosen(operands: readonly string[], of: Lock = lock) {
  const choice = chooseUpdate({ graph, targets }, of, operands);
  if (!choice.ok) return choice.error;
  const locked = applyLock(graph, of, choice.value.policy);
  return choice.value.wanted.map((id) => {
    const step = locked.steps.get(id);
    if (step?.kind !== 'resolve') return id;
    const how =
      step.locked !== undefined ? 'locked' : (step.pinned?.packages.map(({ name }) => name) ?? 'free');
    return [step.packages.join(' '), how];
  });
}

describe('what mkve update moves', () => {
  it('is everything without operands', () => {
    expect(chosen([])).toEqual([
      ['', 'free'],
      ['nginx', 'free'],
      ['nginx vim', 'free'],
      ['postfix', 'free'],
    ]);
  });

  it('is the lists of the targets that are named, and not the base', () => {
    expect(chosen(['web'])).toEqual([
      ['nginx', 'free'],
      ['nginx vim', 'free'],
    ]);
    expect(chosen(['mail/lxc'])).toEqual([['postfix', 'free']]);
  });

  it('is a package wherever it is, with all others held', () => {
    expect(chosen(['nginx'])).toEqual([
      ['nginx', ['libssl3']],
      ['nginx vim', ['vim', 'libssl3']],
    ]);
    expect(chosen(['nginx:amd64'])).toEqual(chosen(['nginx']));
  });

  it('is with a package of the base all that lies on it, which stays what it was', () => {
    expect(chosen(['libc6'])).toEqual([
      ['', ['apt']],
      ['nginx', ['nginx', 'libssl3']],
      ['nginx vim', ['nginx', 'vim', 'libssl3']],
      ['postfix', ['postfix', 'libssl3']],
    ]);
  });

  it('can be both, and takes in what is not locked yet', () => {
    expect(chosen(['mail', 'vim'])).toEqual([
      ['nginx vim', ['nginx', 'libssl3']],
      ['postfix', 'free'],
    ]);
    expect(chosen(['mail'], EMPTY_LOCK)).toHaveLength(4);
  });

  it('is nothing that is neither, or that has no list of its own', () => {
    expect(chosen(['ngnix'])).toMatchObject({ kind: 'usage-wrong', hint: 'did you mean nginx?' });
    expect(chosen(['bare'])).toMatchObject({
      kind: 'usage-wrong',
      message: expect.stringContaining('bare/lxc'),
    });
    expect(chosen(['libc6:i386'])).toMatchObject({ kind: 'usage-wrong' });
  });

  it('leaves the snapshot to be taken anew', () => {
    const choice = chooseUpdate({ graph, targets }, lock, ['nginx']);
    const moved = choice.ok ? applyLock(graph, lock, choice.value.policy) : expect.fail('no choice');
    expect(moved.steps.get(stepId('snapshot:bookworm-amd64'))).not.toHaveProperty('locked');
  });
});
