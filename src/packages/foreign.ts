import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { PackageSource } from '../graph/index.js';
import type { HostNeed } from '../report/index.js';

/** Of each of Node's architectures: what runs as it is, in the names of Debian and of rpm. */
const NATIVE: Readonly<Record<string, readonly string[]>> = {
  x64: ['amd64', 'i386', 'x86_64', 'i586', 'i686'],
  ia32: ['i386', 'i586', 'i686'],
  arm64: ['arm64', 'aarch64'],
  arm: ['armhf', 'armel', 'armv7hl', 'armh'],
  ppc64: ['ppc64el', 'ppc64le'],
  s390x: ['s390x'],
  riscv64: ['riscv64'],
  loong64: ['loong64', 'loongarch64'],
};

/** What qemu-user calls the architectures that are called otherwise elsewhere. */
const QEMU: Readonly<Record<string, string>> = {
  amd64: 'x86_64',
  i586: 'i386',
  i686: 'i386',
  arm64: 'aarch64',
  armhf: 'arm',
  armel: 'arm',
  armv7hl: 'arm',
  armh: 'arm',
  ppc64el: 'ppc64le',
  loong64: 'loongarch64',
};

const BINFMT = '/proc/sys/fs/binfmt_misc';

/**
 * What it takes to run programs of a foreign architecture: a handler of binfmt_misc, opened when it was registered (its
 * flag F), because inside a root file system there is no qemu to be found.
 * @param nodeArchitecture as Node names the host's: `x64`
 * @param binfmt where the kernel's handlers are listed
 */
export function foreignNeeds(
  { architecture }: PackageSource,
  nodeArchitecture: string,
  binfmt = BINFMT,
): readonly HostNeed[] {
  const native = NATIVE[nodeArchitecture] ?? [nodeArchitecture];
  if (native.includes(architecture)) return [];
  const qemu = QEMU[architecture] ?? architecture;
  const handler = textOf(join(binfmt, `qemu-${qemu}`));
  if (/^enabled$/m.test(handler) && /^flags: .*F/m.test(handler)) return [];
  return [
    {
      what: `an enabled binfmt_misc handler qemu-${qemu} with the flag F`,
      why: `runs programs of ${architecture} on this machine`,
      remedy: 'sudo apt-get install qemu-user-static binfmt-support',
    },
  ];
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
