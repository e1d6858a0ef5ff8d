import { describe, expect, it } from 'vitest';

import { skeletonFiles } from '../../../src/template/index.js';
import { privateDirectory, readTemplate, said, writeTree } from '../../support/template-tree.js';

describe('the skeleton of a template', () => {
  it.each([[['openvz', 'lxc']], [['kvm']], [['qemu', 'nspawn', 'xen']]])(
    'for %j reads without a word',
    (hypervisors) => {
      const directory = privateDirectory();
      const files = skeletonFiles({ name: 'web', hypervisors });
      writeTree(directory, Object.fromEntries(files.map(({ path, text }) => [path, text])));
      const reading = readTemplate(directory, { name: 'web' });
      expect(said(reading)).toEqual([]);
      expect(reading.ok && reading.value.targets.map(({ hypervisor }) => hypervisor)).toEqual(hypervisors);
      for (const target of reading.ok ? reading.value.targets : []) {
        expect(target.packages).toEqual(['less']);
        expect(target.hooks.map(({ name }) => name)).toEqual([
          '01-root',
          '02-mtab',
          '10-greeting',
          '90-forget-identity',
        ]);
        expect(target.conf.map(({ path }) => path)).toEqual(target.hypervisor === 'openvz' ? ['config'] : []);
      }
    },
  );
});
