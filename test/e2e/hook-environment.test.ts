import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Rig } from './support/rig.js';

let rig: Rig;
beforeEach(() => {
  rig = new Rig();
});
afterEach(() => rig.dispose());

describe('a hook', () => {
  it('finds the environment of SPEC section 2 and nothing else, whatever the caller has', async () => {
    const report = 'env -0 | sort -z | tr "\\0" "\\n"; echo "cwd $(pwd)"; echo "stdin $(wc -c)"; umask';
    rig.template({ hooks: { '10-report': report } });
    const env = { LANG: 'ru_RU.UTF-8', SECRET: 'of the caller', TMPDIR: rig.directory, TZ: 'Asia/Tokyo' };
    const ran = await rig.bundle(['--verbose'], { env });
    expect(ran.status, ran.stderr).toBe(0);
    const said = [...ran.stdout.matchAll(/10-report \| (.*)$/gm)].map(([, line]) => line ?? '');
    // The shell of the hook itself adds PWD.
    expect(said.filter((line) => !/^(PWD|OLDPWD|SHLVL|_)=/.test(line))).toEqual([
      'DEBIAN_FRONTEND=noninteractive',
      'HOME=/root',
      'LC_ALL=C.UTF-8',
      expect.stringMatching(/^MKVE_ARCH=[a-z0-9]+$/),
      'MKVE_HYPERVISOR=lxc',
      `MKVE_TEMPLATE=${rig.name}`,
      'MKVE_VERSION=0.1',
      'PATH=/usr/sbin:/usr/bin:/sbin:/bin',
      expect.stringMatching(/^SOURCE_DATE_EPOCH=\d{10}$/),
      'TMPDIR=/tmp',
      'cwd /',
      'stdin 0',
      '0022',
    ]);
  });
});
