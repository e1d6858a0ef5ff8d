import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseUris } from '../../../src/packages/apt-box.js';
import { readDpkgStatus } from '../../../src/packages/index.js';

const SHA = 'ab'.repeat(32);

describe("apt's list of what to download", () => {
  it('becomes exact packages, epochs included', () => {
    const printed = `Reading package lists...\n'http://m.example/pool/o/openssh/openssh-client_9.2p1-2+deb12u10_amd64.deb' openssh-client_1%3a9.2p1-2+deb12u10_amd64.deb 985764 SHA256:${SHA}\n`;
    expect(parseUris(printed)).toEqual([
      {
        name: 'openssh-client',
        version: '1:9.2p1-2+deb12u10',
        arch: 'amd64',
        sha256: SHA,
        size: 985764,
        file: 'openssh-client_1%3a9.2p1-2+deb12u10_amd64.deb',
        uri: 'http://m.example/pool/o/openssh/openssh-client_9.2p1-2+deb12u10_amd64.deb',
      },
    ]);
  });

  it('is empty where there is nothing to download', () => {
    expect(parseUris('Reading package lists...\n')).toEqual([]);
  });
});

describe("dpkg's status file", () => {
  const stanza = (fields: string) => `${fields}\nDescription: x\n more\n`;

  it('gives what is installed, with its source where that has another name or version', () => {
    const text = [
      stanza('Package: less\nStatus: install ok installed\nArchitecture: amd64\nVersion: 590-2'),
      stanza('Package: gone\nStatus: deinstall ok config-files\nArchitecture: all\nVersion: 1'),
      stanza(
        'Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nSource: glibc\nVersion: 2.36',
      ),
      stanza('Package: a1\nStatus: hold ok installed\nArchitecture: all\nSource: a (1.0)\nVersion: 1.0+b1'),
    ].join('\n');
    expect(readDpkgStatus(text)).toEqual([
      { name: 'less', version: '590-2', arch: 'amd64' },
      { name: 'libc6', version: '2.36', arch: 'amd64', source: 'glibc' },
      { name: 'a1', version: '1.0+b1', arch: 'all', source: 'a', source_version: '1.0' },
    ]);
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => Array.isArray(readDpkgStatus(text))));
  });
});
