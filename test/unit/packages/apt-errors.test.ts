import { describe, expect, it } from 'vitest';

import { aptFailure } from '../../../src/packages/apt-errors.js';

const context = {
  what: 'resolving the packages',
  suite: 'bookworm',
  argv: ['apt-get', 'install'],
  status: 100,
};

describe('what apt-get says, as a failure', () => {
  it('names every package that does not exist', () => {
    const said = [
      'Reading package lists...',
      'E: Unable to locate package nosuch',
      "E: Package 'virtual' has no installation candidate",
      "E: Version '9' for 'less' was not found",
    ].join('\n');
    expect(aptFailure(said, context)).toMatchObject({
      kind: 'package-not-found',
      packages: ['nosuch', 'virtual', 'less'],
      suite: 'bookworm',
    });
  });

  it('names the URL of a mirror that does not answer', () => {
    const said =
      'E: Failed to fetch http://mirror.example/debian/dists/x/InRelease  Could not connect to mirror.example:80\nE: Some index files failed to download.';
    expect(aptFailure(said, context)).toEqual({
      kind: 'mirror-unreachable',
      urls: ['http://mirror.example/debian/dists/x/InRelease'],
      detail: 'Could not connect to mirror.example:80',
    });
  });

  it('names a repository without a Release file', () => {
    const said =
      "E: The repository 'http://mirror.example/debian nosuch Release' does not have a Release file.";
    expect(aptFailure(said, context)).toMatchObject({
      kind: 'mirror-unreachable',
      urls: ['http://mirror.example/debian'],
    });
  });

  it('tells packages that the mirror no longer has from other failed downloads', () => {
    const deb = (name: string) => `http://mirror.example/pool/l/${name}.deb`;
    const refused = `E: Failed to fetch ${deb('more')}  Could not connect to mirror.example:80`;
    const gone = `E: Failed to fetch ${deb('less')}  404  Not Found [IP: 192.0.2.1 80]`;
    const copied = 'E: Failed to fetch copy:/srv/pool/x.deb  File not found - /srv/pool/x.deb';
    expect(aptFailure(`${refused}\n${gone}\n${copied}`, context)).toEqual({
      kind: 'packages-gone',
      packages: [deb('less'), 'copy:/srv/pool/x.deb'],
    });
    expect(aptFailure(refused, context)).toMatchObject({ kind: 'download-failed', urls: [deb('more')] });
  });

  it('says of a file with another digest that it is another file', () => {
    const said =
      'E: Failed to fetch http://mirror.example/less.deb  Hash Sum mismatch\n   Hashes of expected file:\n    - SHA256:ab';
    expect(aptFailure(said, context)).toMatchObject({
      kind: 'download-failed',
      detail: 'Hash Sum mismatch: what is there now is not the file that was resolved',
    });
  });

  it('puts a bad signature before everything that follows from it', () => {
    const said = [
      'W: GPG error: http://mirror.example/debian bookworm InRelease: The following signatures were invalid: BADSIG 0E98404D386FA1D9',
      "E: The repository 'http://mirror.example/debian bookworm InRelease' is not signed.",
    ].join('\n');
    expect(aptFailure(said, context)).toEqual({
      kind: 'repository-untrusted',
      url: 'http://mirror.example/debian',
      detail: 'The following signatures were invalid: BADSIG 0E98404D386FA1D9',
    });
  });

  it('keeps the explanation of packages that conflict', () => {
    const said =
      'Reading…\nThe following packages have unmet dependencies:\n a : Conflicts: b\nE: Unable to correct problems, you have held broken packages.';
    expect(aptFailure(said, context)).toMatchObject({
      kind: 'packages-conflicted',
      detail: expect.stringContaining('a : Conflicts: b'),
    });
  });

  it('shows the last lines of anything else', () => {
    expect(aptFailure('one\ntwo\n', context)).toMatchObject({
      kind: 'command-failed',
      ending: { status: 100 },
      lastLines: ['one', 'two'],
    });
  });
});
