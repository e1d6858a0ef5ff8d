import { expect, test } from 'vitest';

import { outputFor } from '../../../src/mkvefile/index.js';
import { bytesOf } from '../../../src/mkvefile/size.js';

const values = { name: 'pptp', hypervisor: 'kvm', version: '0.02', arch: 'amd64' };

test.each([
  ['out/{name}-{hypervisor}.bun', '/proj/out/pptp-kvm.bun'],
  ['out/{name}_{version}_{arch}', '/proj/out/pptp_0.02_amd64.bun'],
  ['/srv/{name}/{name}.bun', '/srv/pptp/pptp.bun'],
  ['../{unknown}.bun', '/{unknown}.bun'],
])('the output %s of a target is %s', (pattern, path) => {
  expect(outputFor({ directory: '/proj', pattern }, values)).toBe(path);
});

test('braces in the directory and in values stay as they are', () => {
  const output = { directory: '/home/{name}', pattern: '{name}.bun' };
  expect(outputFor(output, { ...values, name: '{version}$&' })).toBe('/home/{name}/{version}$&.bun');
});

test.each([
  ['20 GB', 20_000_000_000],
  ['1.5 GiB', 1_610_612_736],
  ['512mib', 536_870_912],
  ['100', 100],
  [4096, 4096],
  ['', undefined],
  ['-1 GB', undefined],
  ['1 G', undefined],
  [1.5, undefined],
  ['99999999 TB', undefined],
])('the size %j is %j bytes', (size, bytes) => {
  expect(bytesOf(size)).toBe(bytes);
});
