import { describe, expect, it } from 'vitest';

import { digestOf } from '../../../src/base/index.js';
import type { PackageSource } from '../../../src/graph/index.js';
import { BACKENDS, backendOf, chooseBackend, foreignNeeds } from '../../../src/packages/index.js';
import { tempDir } from '../mkvefile/temp-dir.js';

const key = (path: string) => ({ file: path, digest: digestOf('key') });
const apt = (path: string) => [
  { uris: ['http://m.example'], suites: ['s'], components: ['main'], keyrings: [key(path)] },
];

/** One source a backend, with every path of this machine below `top`. */
function sources(top: string): readonly PackageSource[] {
  const local = [{ file: `${top}/a`, digest: digestOf('a'), size: 1 }];
  return [
    {
      ...{ backend: 'mmdebstrap', suite: 's', architecture: 'amd64', variant: 'minbase' },
      ...{ repositories: apt(`${top}/k`), recommends: false, local },
    },
    {
      ...{ backend: 'dnf', release: '1', architecture: 'x86_64', base: ['bash'], database: '/d' },
      repositories: [{ id: 'r', url: 'http://m.example', by: 'baseurl', keyrings: [key(`${top}/k`)] }],
      ...{ recommends: false, local },
    },
    {
      ...{ backend: 'rootfs', name: 'n', architecture: 'amd64', repositories: apt(`${top}/k`), local },
      from: { kind: 'archive', path: `${top}/r.tar`, fingerprint: digestOf('r') },
      recommends: false,
    },
    { backend: 'hasher', architecture: 'x86_64', workdir: `${top}/w`, base: [] },
  ];
}

describe('every backend', () => {
  it('is in the table under its name, says what it is for and what it runs', () => {
    for (const [name, backend] of Object.entries(BACKENDS)) {
      expect(backend.name).toBe(name);
      expect(backend.serves).not.toBe('');
      expect(backend.programs.every((program) => /^[a-z-]+$/.test(program))).toBe(true);
    }
    expect(
      sources('/x')
        .map(({ backend }) => backend)
        .sort(),
    ).toEqual(Object.keys(BACKENDS).sort());
  });

  it('describes a source without any path of this machine', () => {
    const describe = (top: string) => sources(top).map((source) => backendOf(source).describe(source));
    expect(describe('/one/place')).toEqual(describe('/another'));
    expect(JSON.stringify(describe('/one/place'))).not.toContain('/one/place');
  });
});

describe('auto', () => {
  const none = () => false;
  it.each([
    ['ID=debian\n', 'mmdebstrap', 'this host is debian'],
    ['ID=linuxmint\nID_LIKE="ubuntu debian"\n', 'mmdebstrap', 'this host is linuxmint, a relative of debian'],
    ['ID="rocky"\nID_LIKE="rhel centos fedora"\n', 'dnf', 'this host is rocky, a relative of fedora'],
    ['NAME="ALT"\nID=altlinux\n', 'hasher', 'this host is altlinux'],
  ])('is of the family of %j', (text, backend, because) => {
    expect(chooseBackend(text, none)).toEqual({ backend, because });
  });

  it('is of the programs that there are where the family is unknown', () => {
    expect(chooseBackend('ID=arch\n', (program) => program === 'dnf')).toMatchObject({ backend: 'dnf' });
    expect(chooseBackend('', none)).toMatchObject({ backend: 'mmdebstrap' });
  });
});

describe('a foreign architecture', () => {
  const source = (architecture: string) => ({ ...(sources('/x')[0] as PackageSource), architecture });

  it('needs a handler that is enabled and was opened beforehand', async () => {
    const handlers = await tempDir({
      'qemu-aarch64': 'enabled\ninterpreter /usr/bin/qemu-aarch64-static\nflags: OCF\n',
      'qemu-riscv64': 'enabled\ninterpreter /usr/bin/qemu-riscv64\nflags: OC\n',
      'qemu-s390x': 'disabled\nflags: F\n',
    });
    expect(foreignNeeds(source('amd64'), 'x64', handlers)).toEqual([]);
    expect(foreignNeeds(source('i386'), 'x64', handlers)).toEqual([]);
    expect(foreignNeeds(source('arm64'), 'x64', handlers)).toEqual([]);
    for (const architecture of ['riscv64', 's390x', 'armhf']) {
      const [need] = foreignNeeds(source(architecture), 'x64', handlers);
      expect(need?.why).toContain(architecture);
      expect(need?.remedy).toContain('qemu-user-static');
    }
  });
});
