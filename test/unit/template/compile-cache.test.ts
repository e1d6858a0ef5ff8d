import { describe, expect, it } from 'vitest';

import { digestOf } from '../../../src/base/index.js';
import type { PackageSource } from '../../../src/graph/index.js';
import { type CacheWork, compileCache, compileTarify } from '../../../src/template/index.js';

const source: PackageSource = {
  ...{ backend: 'mmdebstrap', suite: 'bookworm', architecture: 'amd64' },
  ...{ repositories: [], variant: 'minbase', recommends: false },
};
const archive = { output: '/o.tar', format: 'tar', level: 0, devices: [], exclude: [] } as const;
const hook = (name: string): CacheWork => ({
  kind: 'hook',
  hook: { name, file: `/hooks/${name}`, digest: digestOf(name), args: [] },
});
const command = (text: string): CacheWork => ({ kind: 'command', command: text });
const idsOf = (work: readonly CacheWork[], packages: readonly string[] = []) => [
  ...compileCache({ ...archive, source, packages, work }).graph.steps.keys(),
];

describe('the graph of mkve-cache', () => {
  it('does the work in its order, each step on the one before it', () => {
    const work = [command('a'), hook('h'), command('b'), hook('h')];
    const { graph, targets } = compileCache({ ...archive, source, packages: ['less'], work });
    const ids = [...graph.steps.keys()].slice(-6);
    expect(ids).toEqual([
      'cache:command',
      'cache:h',
      'cache:command~2',
      'cache:h~2',
      'cache:pack',
      'cache:archive',
    ]);
    for (const [index, id] of ids.slice(1, 5).entries())
      expect(graph.inputs.get(id)).toEqual({ from: ids[index] });
    expect(targets).toEqual([{ name: 'cache', step: 'cache:archive', output: '/o.tar' }]);
  });

  it('names the same steps the same when work is added at the end', () => {
    const before = idsOf([command('a'), hook('h')]).slice(0, -2);
    expect(idsOf([command('a'), hook('h'), command('b')]).slice(0, before.length)).toEqual(before);
  });

  it('takes packages as a set, and none for the base alone', () => {
    expect(idsOf([], ['a', 'b', 'a'])).toEqual(idsOf([], ['b', 'a']));
    expect(idsOf([]).filter((id) => id.startsWith('packages:'))).toEqual([]);
  });

  it('tells hooks from its own steps, whatever they are called', () => {
    expect(idsOf([hook('pack'), hook('archive'), hook('command'), command('x')]).slice(-6)).toEqual([
      ...[
        'cache:pack~2',
        'cache:archive~2',
        'cache:command',
        'cache:command~2',
        'cache:pack',
        'cache:archive',
      ],
    ]);
  });

  it('of a directory holds nothing but packing and writing', () => {
    const tree = digestOf('tree');
    const { graph } = compileTarify({ ...archive, directory: '/d', tree, objects: tree, deviceTime: 0 });
    expect([...graph.steps.keys()]).toEqual(['cache:tarify', 'cache:archive']);
  });
});
