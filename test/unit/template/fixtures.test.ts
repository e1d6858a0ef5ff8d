import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { digestOf } from '../../../src/base/index.js';
import { readTemplate } from '../../support/template-tree.js';

const read = (name: string) => {
  const reading = readTemplate(join(import.meta.dirname, '../../../fixtures/templates', name));
  return reading.ok ? reading.value : { ...reading, targets: [], warnings: reading.error };
};
const wolves = digestOf("#! /bin/sh\necho 'волки рыщут - пищу ищут!'\n");

describe('the fixture templates', () => {
  it('hold the example of the original documentation as it is', () => {
    const { targets, warnings } = read('pptp-server-alt');
    expect(warnings).toEqual([]);
    expect(targets.map(({ hypervisor }) => hypervisor)).toEqual(['openvz', 'qemu']);
    const [openvz] = targets;
    expect(openvz?.version).toBe('0.02');
    expect(openvz?.packages).toEqual([
      've-pptp-server',
      'alterator-net-eth',
      'alterator-root',
      'alterator-users',
      'alterator-auth',
    ]);
    expect(openvz?.hooks.map(({ name }) => name)).toEqual([
      'very-simple-hook',
      '01-root',
      '02-mtab',
      '03-chkconfig_network_on',
      '03-chkconfig_syslogd_on',
      '03-chkconfig_random_on',
      '03-chkconfig_pptpd_on',
      '03-chkconfig_rawdevices_off',
      '03-chkconfig_fbsetfont_off',
    ]);
    expect(openvz?.hooks[0]?.digest).toBe(wolves);
    expect(openvz?.conf[0]?.digest).toBe(digestOf('OSTEMPLATE="pptp-server"\nDEVNODES="/dev/ppp:rw "\n'));
  });

  it('hold a Debian one whose machines differ from its container only in the init', () => {
    const { targets, warnings } = read('pptp-server');
    expect(warnings).toEqual([]);
    expect(targets.map(({ hypervisor, packages }) => [hypervisor, packages.at(-1)])).toEqual([
      ['openvz', 'systemd-sysv'],
      ['qemu', 'systemd-sysv'],
      ['kvm', 'systemd-sysv'],
    ]);
    expect(targets.map(({ hooks }) => hooks.at(-1)?.name)).toEqual(Array(3).fill('90-forget-identity'));
  });

  it('hold a tiny one without packages', () => {
    const { targets, warnings } = read('tiny');
    expect(warnings).toEqual([]);
    expect(
      targets.map(({ hypervisor, packages, hooks }) => [hypervisor, packages.length, hooks.length]),
    ).toEqual([
      ['lxc', 0, 2],
      ['nspawn', 0, 2],
    ]);
  });
});
