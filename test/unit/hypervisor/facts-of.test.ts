import { describe, expect, it } from 'vitest';

import type { DeviceNode as GraphDeviceNode, RootfsFormat } from '../../../src/graph/index.js';
import { factsOf, knownHypervisors } from '../../../src/hypervisor/index.js';

describe('factsOf', () => {
  it('packs for openvz with gzip and the device nodes that no devtmpfs brings', () => {
    const { rootfs, devices } = factsOf('openvz');
    expect(rootfs).toEqual({ format: 'tar.gz', level: 6 });
    expect(
      devices.map(({ path, major, minor, mode }) => `${path} ${major}:${minor} ${mode.toString(8)}`),
    ).toEqual([
      'dev/console 5:1 600',
      'dev/full 1:7 666',
      'dev/null 1:3 666',
      'dev/ptmx 5:2 666',
      'dev/random 1:8 666',
      'dev/tty 5:0 666',
      'dev/urandom 1:9 666',
      'dev/zero 1:5 666',
    ]);
  });

  it('packs for every other hypervisor with zstd and without nodes', () => {
    for (const name of [...knownHypervisors, 'xen', 'constructor', '__proto__'].filter(
      (name) => name !== 'openvz',
    )) {
      expect(factsOf(name)).toMatchObject({ rootfs: { format: 'tar.zst', level: 3 }, devices: [] });
    }
  });

  it('says what the steps of the graph take', () => {
    const devices: readonly GraphDeviceNode[] = factsOf('openvz').devices;
    const format: RootfsFormat = factsOf('openvz').rootfs.format;
    expect([devices.length, format]).toEqual([8, 'tar.gz']);
  });

  it('checks the config of openvz and nothing else', () => {
    expect([...factsOf('openvz').confChecks.keys()]).toEqual(['config']);
    expect([...factsOf('lxc').confChecks.keys()]).toEqual([]);
  });
});
