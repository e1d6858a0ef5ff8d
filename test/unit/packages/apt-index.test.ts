import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseUris } from '../../../src/packages/apt-box.js';
import { fieldOf, stanzasOf } from '../../../src/packages/apt-index.js';
import { authorizedUri, debFileName } from '../../../src/packages/deb-place.js';
import { source } from '../../support/lock-samples.js';

const SHA = 'ab'.repeat(32);
const stanza = (name: string, version: string, sha256 = SHA) =>
  `Package: ${name}\nVersion: ${version}\nArchitecture: amd64\nPriority: required\nDescription: x\n Package: no\nSHA256: ${sha256}`;

describe('an index of a repository', () => {
  it('gives the stanzas of exact packages and of no others', () => {
    const index = [stanza('less', '1'), stanza('less', '2'), stanza('lessx', '1'), stanza('vim', '1')].join(
      '\n\n',
    );
    const wanted = [
      { name: 'less', version: '2', arch: 'amd64', sha256: SHA },
      { name: 'vim', version: '1', arch: 'amd64', sha256: 'cd'.repeat(32) },
    ];
    expect(stanzasOf(index, wanted)).toEqual([stanza('less', '2')]);
  });

  it('has fields that are found at the beginning of a line only', () => {
    expect(fieldOf('Package: a\nX: b', 'Package')).toBe('a');
    expect(fieldOf('X: b\nPackage: a\n', 'Package')).toBe('a');
    expect(fieldOf('X: Package: b', 'Package')).toBeUndefined();
    expect(fieldOf('', 'Package')).toBeUndefined();
  });
});

describe('the place of a package', () => {
  it('has the name that apt gives it', () => {
    expect(debFileName({ name: 'openssh-client', version: '1:9.2p1-2+deb12u1', arch: 'amd64' })).toBe(
      'openssh-client_1%3a9.2p1-2+deb12u1_amd64.deb',
    );
    const version = fc.stringMatching(/^[0-9][0-9a-z.+~:-]{0,12}$/);
    fc.assert(
      fc.property(version, (text) => {
        const file = debFileName({ name: 'a', version: text, arch: 'all' });
        expect(parseUris(`'http://m.example/a' ${file} 1 SHA256:${SHA}\n`)).toMatchObject([
          { version: text, file },
        ]);
      }),
    );
  });

  it('is asked for with the password of its repository, and of no other', () => {
    const own = 'http://mirror.example/debian/pool/a.deb';
    const uris = source.repositories.flatMap((repository) => repository.uris);
    expect(authorizedUri(own, uris)).toBe('http://user:secret@mirror.example/debian/pool/a.deb');
    const foreign = 'http://other.example/debian/pool/a.deb';
    expect(authorizedUri(foreign, uris)).toBe(foreign);
  });
});
