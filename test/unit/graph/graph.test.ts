import { describe, expect, it } from 'vitest';

import { digestOf } from '../../../src/base/index.js';
import {
  GraphBuilder,
  inputsOf,
  type Step,
  type StepId,
  stepId,
  stepsInOrder,
} from '../../../src/graph/index.js';

interface Toy {
  readonly id: StepId;
  readonly kind: string;
  readonly pool: string;
  readonly needs: Readonly<Record<string, StepId>>;
}

const toy = (id: string, ...needs: readonly string[]): Toy => ({
  id: stepId(id),
  kind: 'toy',
  pool: 'work',
  needs: Object.fromEntries(needs.map((need) => [need, stepId(need)])),
});

const builder = () => new GraphBuilder<Toy>(({ needs }) => needs);

describe('GraphBuilder', () => {
  it('keeps steps in the order in which they were added, inputs first', () => {
    const graph = builder();
    for (const step of [toy('a'), toy('b', 'a'), toy('c', 'a', 'b')]) expect(graph.add(step)).toBe(step.id);
    const { steps, inputs } = graph.build();
    expect([...steps.keys()]).toEqual(['a', 'b', 'c']);
    expect(inputs.get(stepId('c'))).toEqual({ a: 'a', b: 'b' });
  });

  it('takes the same step again for the one it has, whatever the order of its properties', () => {
    const graph = builder();
    graph.add(toy('a'));
    graph.add({ needs: {}, pool: 'work', kind: 'toy', id: stepId('a') });
    expect(graph.build().steps.size).toBe(1);
  });

  it('refuses another step of the same name', () => {
    const graph = builder();
    graph.add(toy('a'));
    expect(() => graph.add({ ...toy('a'), pool: 'sign' })).toThrow('BUG: two different steps are called a');
  });

  it('refuses a step before its input, and so every circle', () => {
    expect(() => builder().add(toy('b', 'a'))).toThrow('BUG: step b was added before its input a');
    expect(() => builder().add(toy('a', 'a'))).toThrow('BUG');
  });

  it('gives a graph that later additions do not change', () => {
    const graph = builder();
    graph.add(toy('a'));
    const built = graph.build();
    graph.add(toy('b'));
    expect(built.steps.size).toBe(1);
    expect(graph.build().steps.size).toBe(2);
  });
});

describe('stepsInOrder', () => {
  const graph = builder();
  for (const step of [toy('a'), toy('x'), toy('b', 'a'), toy('c', 'a'), toy('d', 'b', 'c'), toy('y', 'x')])
    graph.add(step);
  const ids = (...wanted: readonly string[]) =>
    stepsInOrder(graph.build(), wanted.map(stepId)).map(({ id }) => id);

  it('gives what the wanted steps need and nothing else, each once, inputs first', () => {
    expect(ids('d')).toEqual(['a', 'b', 'c', 'd']);
    expect(ids('y', 'b', 'y')).toEqual(['a', 'x', 'b', 'y']);
    expect(ids()).toEqual([]);
  });

  it('refuses a step that the graph does not have', () => {
    expect(() => ids('z')).toThrow('BUG: no step z in the graph');
  });
});

describe('inputsOf', () => {
  const [pool, source, digest] = ['work', {} as never, digestOf('')] as const;
  const id = stepId;
  const steps: readonly (readonly [Step, object])[] = [
    [{ kind: 'snapshot', id: id('s'), pool, source }, {}],
    [{ kind: 'conf', id: id('c'), pool, files: [] }, {}],
    [{ kind: 'resolve', id: id('r'), pool, source, snapshot: id('s'), packages: [] }, { snapshot: 's' }],
    [
      { kind: 'resolve', id: id('r'), pool, source, snapshot: id('s'), base: id('b'), packages: [] },
      { snapshot: 's', base: 'b' },
    ],
    [
      { kind: 'base', id: id('b'), pool, source, snapshot: id('s'), resolved: id('r') },
      { snapshot: 's', resolved: 'r' },
    ],
    [
      { kind: 'packages', id: id('p'), pool, source, snapshot: id('s'), base: id('b'), resolved: id('r') },
      { snapshot: 's', base: 'b', resolved: 'r' },
    ],
    [
      {
        kind: 'hook',
        id: id('h'),
        pool,
        from: id('p'),
        hook: { name: 'h', file: '/h', digest, args: [] },
        env: {},
        network: 'none',
      },
      { from: 'p' },
    ],
    [{ kind: 'command', id: id('h'), pool, from: id('p'), command: 'true', env: {} }, { from: 'p' }],
    [
      {
        kind: 'copy',
        id: id('h'),
        pool,
        from: id('p'),
        source: { file: '/f', name: 'f', entries: [] },
        destination: { path: '/f', place: 'at' },
      },
      { from: 'p' },
    ],
    [
      {
        ...{ kind: 'tarify', id: id('k'), pool, directory: '/d', tree: digest, objects: digest },
        ...{ format: 'tar', level: 0, devices: [], exclude: [], deviceTime: 0 },
      },
      {},
    ],
    [{ kind: 'archive', id: id('o'), pool, pack: id('k'), output: '/o' }, { pack: 'k' }],
    [{ kind: 'pack', id: id('k'), pool, from: id('h'), format: 'tar', level: 0, devices: [] }, { from: 'h' }],
    [
      { kind: 'metainfo', id: id('m'), pool, pack: id('k'), conf: id('c'), describes: {} as never },
      { pack: 'k', conf: 'c' },
    ],
    [{ kind: 'sign', id: id('g'), pool, metainfo: id('m') }, { metainfo: 'm' }],
    [
      { kind: 'bundle', id: id('o'), pool, metainfo: id('m'), pack: id('k'), conf: id('c'), output: '/o' },
      { metainfo: 'm', pack: 'k', conf: 'c' },
    ],
    [
      {
        kind: 'bundle',
        id: id('o'),
        pool,
        metainfo: id('m'),
        pack: id('k'),
        conf: id('c'),
        signature: id('g'),
        output: '/o',
      },
      { metainfo: 'm', pack: 'k', conf: 'c', signature: 'g' },
    ],
  ];

  it.each(steps)('of a step %j', (step, expected) => {
    expect(inputsOf(step)).toEqual(expected);
  });
});
