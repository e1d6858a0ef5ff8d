import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { PackageSource, Step } from '../../../src/graph/index.js';
import {
  compile,
  readInlineTemplate,
  readNativeTemplate,
  type TemplateReading,
} from '../../../src/template/index.js';
import { privateDirectory, stockHooks, writeTree } from '../../support/template-tree.js';

const source: PackageSource = {
  ...{ backend: 'mmdebstrap', suite: 'bookworm', architecture: 'amd64' },
  ...{ repositories: [], variant: 'minbase', recommends: false },
};
const sets = { services: new Map([['web', ['nginx']]]), hypervisors: new Map() };

function stepsOf(reading: TemplateReading): readonly Step[] {
  const targets = reading.targets.map((template) => ({
    template,
    output: `/out/${template.hypervisor}`,
    network: ['greet'],
  }));
  return [...compile({ targets, source, sets, sign: {} }).graph.steps.values()];
}

describe('a native template rewritten inline', () => {
  it('compiles to the very same steps, so that it hits the same cache', () => {
    const directory = privateDirectory();
    writeTree(directory, {
      'web/hypervisors': 'openvz\nlxc\n',
      'web/version/openvz': 'template_version=0.02\n',
      'web/version/lxc': 'template_version=0.03\n',
      'web/vendor/openvz': 'Волки и Ко\n',
      'web/vendor/lxc': 'Волки и Ко\n',
      'web/packages-lists/openvz': '# a comment\nve-web\nless\n',
      'web/packages-lists/lxc': 'less\n',
      'web/hooks-lists/openvz': '01-root\r\ngreet\n03-chkconfig_sshd_on\ngreet\n',
      'web/hooks/greet': '#!/bin/sh\necho hello\n',
      'web/conf/openvz/config': 'OSTEMPLATE="web"\n',
      'web/conf/openvz/sub/dir/file': 'x',
    });
    const places = { hookDirectories: [], stockHookDirectory: stockHooks };
    const native = readNativeTemplate({ directory: join(directory, 'web'), ...places });
    const inline = readInlineTemplate({
      ...places,
      name: 'web',
      baseDirectory: directory,
      mkvefile: 'mkvefile.ts',
      keyPath: 'templates.web',
      template: {
        version: '0.03',
        vendor: 'Волки и Ко',
        hypervisors: {
          openvz: {
            version: '0.02',
            packages: ['less', 've-web'],
            hooks: ['01-root', './web/hooks/greet', '03-chkconfig_sshd_on', './web/hooks/greet'],
            conf: 'web/conf/openvz',
          },
          lxc: { packages: ['less'] },
        },
      },
    });
    if (!native.ok || !inline.ok) return expect.fail(JSON.stringify([native, inline]));
    expect(stepsOf(native.value).length).toBeGreaterThan(15);
    expect(stepsOf(inline.value)).toEqual(stepsOf(native.value));
  });
});
