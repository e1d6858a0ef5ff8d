import { describe, expect, it } from 'vitest';

import { checkVpsConf, vpsConfNames } from '../../../src/hypervisor/index.js';

describe('checkVpsConf', () => {
  it('has nothing to say about the example of the original documentation', () => {
    expect(checkVpsConf(['OSTEMPLATE="pptp-server"', 'DEVNODES="/dev/ppp:rw "', ''])).toEqual([]);
  });

  it('knows all of its names, each once', () => {
    expect(checkVpsConf(vpsConfNames.map((name) => `${name}="1:2"`))).toEqual([]);
    expect(new Set(vpsConfNames).size).toBe(vpsConfNames.length);
  });

  it('lets a value name the container', () => {
    expect(checkVpsConf(['VE_ROOT="/vz/root/$VEID"'])).toEqual([]);
  });

  it('warns of a name nobody knows and suggests the nearest', () => {
    expect(checkVpsConf(['# resources', 'DEVNODE="/dev/ppp:rw"'])).toEqual([
      {
        line: 2,
        message: "vps.conf(5) knows no name 'DEVNODE'",
        hint: 'did you mean DEVNODES?',
        severity: 'warning',
        code: 'vps-conf-name',
      },
    ]);
  });

  it('suggests upper case', () => {
    expect(checkVpsConf(['onboot=yes'])[0]?.hint).toBe('did you mean ONBOOT?');
  });

  it('suggests nothing where nothing is near', () => {
    expect(checkVpsConf(['ZZZZZZ=1'])).toEqual([
      { line: 1, message: "vps.conf(5) knows no name 'ZZZZZZ'", severity: 'warning', code: 'vps-conf-name' },
    ]);
  });

  it('warns when a name is set twice', () => {
    expect(checkVpsConf(['ONBOOT=yes', 'ONBOOT=no'])).toEqual([
      {
        line: 2,
        message: 'ONBOOT was already set on line 1; the last one wins',
        severity: 'warning',
        code: 'vps-conf-repeated',
      },
    ]);
  });

  it('warns of what the host would run', () => {
    expect(checkVpsConf(['HOSTNAME="$(hostname)"'])[0]).toMatchObject({ line: 1, severity: 'warning' });
  });

  it('reports every line that is no assignment', () => {
    expect(
      checkVpsConf(['ONBOOT', 'NUMPROC="1', 'CPUS=2']).map(({ line, severity }) => [line, severity]),
    ).toEqual([
      [1, 'error'],
      [2, 'error'],
    ]);
  });
});
