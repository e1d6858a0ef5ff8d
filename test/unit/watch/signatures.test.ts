import { describe, expect, it } from 'vitest';

import { stepId } from '../../../src/graph/index.js';
import { changedTargets, signaturesOf, stillWanted } from '../../../src/watch/index.js';
import { toyGraph } from '../../support/memory-executor.js';

const graph = (hook = 'hook') =>
  toyGraph({
    base: {},
    'a:hook': { needs: ['base'], recipe: hook },
    a: { needs: ['a:hook'] },
    b: { needs: ['base'] },
  });
const targets = ['a', 'b'].map((name) => ({ name, step: stepId(name) }));

describe('the signature of a step', () => {
  it('is the same in equal graphs', () => {
    expect(signaturesOf(graph())).toEqual(signaturesOf(graph()));
  });

  it('changes with the step and with all that it starts from, and with nothing else', () => {
    const [before, after] = [signaturesOf(graph()), signaturesOf(graph('other'))];
    const changed = [...before.keys()].filter((id) => before.get(id) !== after.get(id));
    expect(changed).toEqual(['a:hook', 'a']);
  });
});

describe('the targets that a change affects', () => {
  it('are those whose steps are not what was built', () => {
    const built = new Map(targets.map(({ name, step }) => [name, signaturesOf(graph()).get(step) ?? fail()]));
    expect(changedTargets(targets, signaturesOf(graph()), built)).toEqual([]);
    expect(changedTargets(targets, signaturesOf(graph('other')), built)).toEqual([targets[0]]);
    built.delete('b');
    expect(changedTargets(targets, signaturesOf(graph()), built)).toEqual([targets[1]]);
  });
});

describe('a step of a running build', () => {
  it('is wanted as long as it means the same', () => {
    const isWanted = stillWanted(signaturesOf(graph()), signaturesOf(graph('other')));
    expect(['base', 'a:hook', 'a', 'b', 'none'].filter((name) => isWanted(stepId(name)))).toEqual([
      'base',
      'b',
    ]);
  });
});

function fail(): never {
  throw new Error('no signature');
}
