import { expect, it } from 'vitest';

import { backendOptions, type SourceArguments } from '../../../src/cli/source-arguments.js';

const optionsOf = (given: Partial<SourceArguments>) => backendOptions({ mirrors: [], ...given }, '/c');

it.each([
  [{}, { backend: 'auto', mirrors: [] }],
  [
    { rootfs: 'r.tar', packageDirs: ['d'] },
    { backend: 'rootfs', from: '/c/r.tar', mirrors: [], local: ['/c/d'] },
  ],
  [
    { hshWorkdir: 'w', arch: 'i586' },
    { backend: 'hasher', workdir: '/c/w', architecture: 'i586' },
  ],
  [
    { backend: 'dnf', suite: '42' },
    { backend: 'dnf', release: '42' },
  ],
  [
    { backend: 'mmdebstrap', suite: 'noble', mirrors: ['http://m'] },
    { backend: 'mmdebstrap', suite: 'noble', mirrors: ['http://m'] },
  ],
])('%j means one backend and its options', (given, options) => {
  expect(optionsOf(given)).toEqual({ ok: true, value: options });
});

it.each([
  [{ backend: 'zypper' }, "found 'zypper'"],
  [{ backend: 'rootfs' }, 'needs a root file system'],
  [{ backend: 'mmdebstrap', rootfs: 'r' }, '--rootfs means nothing with backend mmdebstrap'],
  [{ backend: 'dnf', mirrors: ['http://m'] }, '--mirror means nothing with backend dnf'],
  [{ backend: 'hasher', mirrors: ['http://m'] }, "expected a line such as 'rpm [key]"],
  [{ rootfs: 'r', hshWorkdir: 'w' }, '--hsh-workdir means nothing with backend rootfs'],
  [{ packageDirs: [''] }, 'needs a value'],
])('%j is a mistake', (given, message) => {
  const options = optionsOf(given);
  expect(options).toMatchObject({ ok: false, error: { kind: 'usage-wrong' } });
  expect(JSON.stringify(options)).toContain(message);
});
