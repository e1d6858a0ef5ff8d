import { describe, expect, it } from 'vitest';

import { selectTargets, stepId, type Target } from '../../../src/graph/index.js';

const targets: readonly Target[] = ['web/openvz', 'web/kvm', 'mail/kvm', 'web-mail/kvm'].map((name) => ({
  name,
  step: stepId(name),
  output: `/out/${name}.bun`,
}));

const select = (...patterns: readonly string[]) => {
  const { targets: chosen, unmatched } = selectTargets(targets, patterns);
  return [chosen.map(({ name }) => name), unmatched];
};

describe('selectTargets', () => {
  it('chooses all when nothing is asked for', () => {
    expect(selectTargets(targets, []).targets).toBe(targets);
  });

  it('chooses a target by its name, and all of a template by the name of that', () => {
    expect(select('web/kvm')).toEqual([['web/kvm'], []]);
    expect(select('web')).toEqual([['web/openvz', 'web/kvm'], []]);
    expect(select('web-*')).toEqual([['web-mail/kvm'], []]);
  });

  it('chooses by glob in the order in which the targets are declared, each once', () => {
    expect(select('*/kvm', 'web', 'w*/kvm')).toEqual([
      ['web/openvz', 'web/kvm', 'mail/kvm', 'web-mail/kvm'],
      [],
    ]);
  });

  it('names every pattern that nothing matched', () => {
    expect(select('web', 'ftp', 'web/lxc', '')).toEqual([
      ['web/openvz', 'web/kvm'],
      ['ftp', 'web/lxc', ''],
    ]);
  });
});
