import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseUris } from '../../src/packages/apt-box.js';
import { aptFailure } from '../../src/packages/apt-errors.js';
import { fieldOf, stanzasOf } from '../../src/packages/apt-index.js';
import { releaseDate } from '../../src/packages/apt-release.js';
import { aptStatusReader } from '../../src/packages/apt-status.js';
import { toldIn } from '../../src/packages/dnf-box.js';
import { readDpkgStatus } from '../../src/packages/dpkg-status.js';
import { parseDeb822, parseOneLine } from '../../src/packages/host-sources.js';
import { readRpmQuery } from '../../src/packages/rpm-install.js';
import { parseYumRepositories } from '../../src/packages/yum-repositories.js';
import { renderFailure } from '../../src/report/index.js';
import { spoiltBytes, spoiltText } from '../support/mutations.js';

const SHA = 'a'.repeat(64);
const STATUS = `Package: less
Status: install ok installed
Architecture: amd64
Source: less-source (590-2)
Version: 590-2+b1
Description: pager
 of text

Package: other
Status: deinstall ok config-files
Version: 1
`;
const INDEX = `Package: less
Version: 590-2
Architecture: amd64
Filename: pool/main/l/less.deb
Size: 10
SHA256: ${SHA}
`;
const RELEASE = `Origin: Debian
Suite: stable
Codename: bookworm
Date: Sat, 10 Feb 2024 11:07:25 UTC
SHA256:
 ${SHA} 10 main/binary-amd64/Packages
`;
const ONE_LINE = `# a comment
deb [signed-by=/usr/share/keyrings/a.gpg arch=amd64] https://deb.example/debian bookworm main contrib # more
deb-src https://deb.example/debian bookworm main
`;
const DEB822 = `Types: deb deb-src
URIs: https://deb.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/a.gpg
Enabled: yes

Types: deb
URIs: https://other.example/
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 /abc
`;
const YUM = `[fedora]
name=Fedora $releasever
metalink=https://mirrors.example/metalink?repo=fedora-$releasever&arch=$basearch
gpgkey=file:///etc/pki/rpm-gpg/RPM-GPG-KEY-fedora
enabled=1

[updates]
baseurl=https://mirror.example/updates
enabled=0
`;
const URIS = `'https://deb.example/pool/less_590-2_amd64.deb' less_590-2_amd64.deb 131744 SHA256:${SHA}
'https://deb.example/pool/x_1%3a2_all.deb' x_1%3a2_all.deb 10 SHA256:${SHA}
`;
const RPMS = 'less\t590-2\tx86_64\tless-590-2.src.rpm\ngpg-pubkey\t1-2\t(none)\t(none)\n';
const APT_SAID = `E: Unable to locate package no-such
E: The repository 'https://deb.example/debian bookworm InRelease' is not signed.
E: Failed to fetch https://deb.example/x.deb  404  Not Found
The following packages have unmet dependencies:
 a : Depends: b but it is not installable
`;

const each = (text: fc.Arbitrary<string>, law: (text: string) => void) =>
  fc.assert(fc.property(text, law), { numRuns: 300 });

describe('any text gives a value and no exception:', () => {
  it("dpkg's status", () => {
    each(spoiltText(STATUS), (text) => {
      for (const { name, version } of readDpkgStatus(text)) {
        expect(name).not.toBe('');
        expect(`${name}${version}`).not.toContain('\n');
      }
    });
    expect(readDpkgStatus(STATUS)).toHaveLength(1);
  });

  it('an index of packages', () => {
    const wanted = [{ name: 'less', version: '590-2', arch: 'amd64', sha256: SHA }];
    each(spoiltText(INDEX, STATUS), (text) => {
      for (const stanza of stanzasOf(text, wanted))
        expect(fieldOf(stanza, 'SHA256')?.toLowerCase()).toBe(SHA);
    });
    expect(stanzasOf(INDEX, wanted)).toHaveLength(1);
  });

  it('a Release file', () => {
    const date = (text: string) =>
      releaseDate([{ name: 'x_InRelease', bytes: Buffer.from(text) }], 'bookworm');
    each(spoiltText(RELEASE), (text) => {
      expect(Number.isSafeInteger(date(text))).toBe(true);
      expect(date(text)).toBeGreaterThanOrEqual(0);
    });
    expect(date(RELEASE)).toBe(1_707_563_245);
  });

  it('sources.list and its stanzas', () => {
    each(spoiltText(ONE_LINE, DEB822), (text) => {
      for (const { uris, suites } of [...parseOneLine(text), ...parseDeb822(text)])
        for (const word of [...uris, ...suites]) expect(word).toMatch(/^\S+$/);
    });
    expect(parseOneLine(ONE_LINE)).toHaveLength(1);
    expect(parseDeb822(DEB822)).toHaveLength(2);
  });

  it("yum's repositories", () => {
    each(spoiltText(YUM), (text) => {
      expect(Array.isArray(parseYumRepositories(text))).toBe(true);
    });
    expect(parseYumRepositories(YUM).length).toBeGreaterThan(0);
  });

  it('what apt-get would download', () => {
    each(spoiltText(URIS), (text) => {
      for (const { sha256, size, name } of parseUris(text)) {
        expect(sha256).toMatch(/^[0-9a-f]{64}$/);
        expect(size).toBeGreaterThanOrEqual(0);
        expect(name).not.toBe('');
      }
    });
    expect(parseUris(URIS).map(({ version }) => version)).toEqual(['590-2', '1:2']);
  });

  it("rpm's query", () => {
    each(spoiltText(RPMS), (text) => {
      expect(Array.isArray(readRpmQuery(text))).toBe(true);
    });
    expect(readRpmQuery(RPMS).length).toBeGreaterThan(0);
  });

  it("apt's progress, in pieces of any length", () => {
    const told = 'dlstatus:1:12.5:Downloading\ndlstatus:1:100:done\npmstatus:less:50:x\n';
    fc.assert(
      fc.property(spoiltBytes(told), fc.integer({ min: 1, max: 20 }), (bytes, length) => {
        const percents: number[] = [];
        const write = aptStatusReader((percent) => percents.push(percent));
        for (let at = 0; at < bytes.length; at += length) write(bytes.subarray(at, at + length));
        for (const percent of percents) expect(percent >= 0 && percent <= 100).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it("dnf's answer, of which nothing is what is no object", () => {
    const answer = JSON.stringify({ lists: ['fedora-1'], packages: [{ name: 'less', local: false }] });
    each(spoiltText(answer, `warning: a plugin\n${answer}`), (text) => {
      expect(typeof (toldIn(Buffer.from(text)) ?? {})).toBe('object');
    });
    expect(toldIn(Buffer.from(answer))).toEqual(JSON.parse(answer));
    expect(toldIn(Buffer.from(`loaded plugins\n${answer}`))).toBeUndefined();
  });

  it("apt's complaints, always a failure with words", () => {
    const context = { what: 'apt-get', suite: 'bookworm', argv: ['apt-get'], status: 100 };
    each(spoiltText(APT_SAID), (text) => {
      expect(renderFailure(aptFailure(text, context)).headline).not.toBe('');
    });
  });
});
