import { describe, expect, it } from 'vitest';

import { compile, type ResolvedTemplate, type TargetRequest } from '../../../src/template/index.js';

const template = (hypervisor: string): ResolvedTemplate => ({
  name: 't',
  hypervisor,
  version: '1',
  packages: [],
  hooks: [],
  conf: [],
  reads: [],
});

function packingOf(hypervisor: string, pack?: TargetRequest['pack']) {
  const { graph } = compile({
    targets: [
      {
        template: template(hypervisor),
        output: '/out.bun',
        network: [],
        ...(pack === undefined ? {} : { pack }),
      },
    ],
    source: {
      backend: 'mmdebstrap',
      suite: 's',
      architecture: 'amd64',
      repositories: [],
      variant: 'minbase',
      recommends: false,
    },
    sets: { services: new Map(), hypervisors: new Map() },
    sign: false,
  });
  const step = [...graph.steps.values()].find(({ kind }) => kind === 'pack');
  return step?.kind === 'pack' ? [step.format, step.level] : undefined;
}

describe('how a target is packed', () => {
  it.each([
    ['openvz', undefined, ['tar.gz', 6]],
    ['kvm', undefined, ['tar.zst', 3]],
    ['kvm', { format: 'tar.gz' }, ['tar.gz', 6]],
    ['openvz', { format: 'tar.gz', level: 9 }, ['tar.gz', 9]],
    ['openvz', { format: 'tar.zst', level: 19 }, ['tar.zst', 19]],
    ['openvz', { format: 'tar' }, ['tar', 0]],
  ] as const)('for %s with %j', (hypervisor, pack, expected) => {
    expect(packingOf(hypervisor, pack)).toEqual(expected);
  });
});
