import { describe, expect, it } from 'vitest';

import {
  hasherFailure,
  packageDirectories,
  readRpmQuery,
  workdirFault,
} from '../../../src/packages/index.js';
import { parseYumRepositories } from '../../../src/packages/yum-repositories.js';

describe('what rpm answers', () => {
  it('is packages with their sources, and no keys', () => {
    const text =
      'bash\t5.2-1\tx86_64\tbash-5.2-1.src.rpm\ngpg-pubkey\t1-2\t(none)\t(none)\nlib\t2:1-3\tnoarch\t(none)\n';
    expect(readRpmQuery(text)).toEqual([
      { name: 'bash', version: '5.2-1', arch: 'x86_64', source: 'bash' },
      { name: 'lib', version: '2:1-3', arch: 'noarch' },
    ]);
  });
});

describe('.repo files', () => {
  it('are read with what counts, and without what is switched off', () => {
    const text = `# why
[fedora]
name=Fedora $releasever
#baseurl=http://old.example
metalink=https://m.example/metalink?repo=fedora-$releasever
enabled=1
gpgcheck=1
gpgkey=file:///etc/pki/one
   file:///etc/pki/two https://k.example/three

[source]
baseurl = http://s.example
enabled = 0
[plain]
baseurl = http://p.example http://q.example
gpgcheck = no
`;
    expect(parseYumRepositories(text)).toEqual([
      {
        ...{ id: 'fedora', by: 'metalink', url: 'https://m.example/metalink?repo=fedora-$releasever' },
        ...{ keys: ['/etc/pki/one', '/etc/pki/two'], checksSignatures: true },
      },
      { id: 'plain', by: 'baseurl', url: 'http://p.example', keys: [], checksSignatures: false },
    ]);
  });
});

describe("hasher's words", () => {
  const command = { what: 'hsh-install', argv: ['hsh-install'] } as const;
  it.each([
    ["E: Couldn't find package web", 1, { kind: 'package-not-found', packages: ['web'] }],
    ['x has unmet dependencies:\n  x: Depends: y\nE: Broken packages', 1, { kind: 'packages-conflicted' }],
    [
      'E: Failed to fetch http://m.example/base  404',
      100,
      { kind: 'mirror-unreachable', urls: ['http://m.example/base'] },
    ],
    [
      'hsh: /w: already locked by pid=7',
      1,
      { kind: 'backend-unable', detail: 'hsh: /w: already locked by pid=7' },
    ],
    ['hsh: prefix mismatch', 1, { kind: 'backend-unable', hint: expect.stringContaining('prefixes') }],
    ['getugid1 failed', 1, { kind: 'backend-unable', hint: expect.stringContaining('hasher-useradd') }],
    ['something else', 1, { kind: 'command-failed', lastLines: ['something else'] }],
  ])('%j with status %d are understood', (said, status, failure) => {
    expect(hasherFailure(command, { status }, said)).toMatchObject(failure);
  });

  it('may be of local directories, and of workdirs that it refuses', () => {
    expect(packageDirectories(['rpm http://x y z', 'rpm-dir [k] file:/d x86_64 a b'])).toEqual([
      '/d/x86_64/RPMS.a',
      '/d/x86_64/RPMS.b',
    ]);
    expect(workdirFault('/a$b')).toContain('may hold none of');
    expect(workdirFault('/a')).toBeUndefined();
  });
});
