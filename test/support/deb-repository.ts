import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface DebRecipe {
  readonly name: string;
  readonly version: string;
  /** Further fields of deb-control(5): `Depends: other`. */
  readonly fields?: readonly string[];
}

/** Builds packages, each with one file /usr/share/NAME, and returns the paths of their files. */
export function buildDebs(directory: string, recipes: readonly DebRecipe[]): readonly string[] {
  mkdirSync(directory, { recursive: true });
  return recipes.map(({ name, version, fields = [] }) => {
    const tree = join(directory, 'tree');
    rmSync(tree, { recursive: true, force: true });
    mkdirSync(join(tree, 'DEBIAN'), { recursive: true });
    mkdirSync(join(tree, 'usr/share'), { recursive: true });
    const control = [
      ...[`Package: ${name}`, `Version: ${version}`, 'Architecture: all', ...fields],
      ...['Maintainer: nobody <nobody@example.org>', 'Description: test', ''],
    ];
    writeFileSync(join(tree, 'DEBIAN/control'), control.join('\n'));
    writeFileSync(join(tree, 'usr/share', name), `${version}\n`);
    const file = join(directory, `${name}_${version}_all.deb`);
    execFileSync('dpkg-deb', ['--build', '--root-owner-group', '-Znone', tree, file], {
      stdio: 'pipe',
      env: { PATH: '/usr/bin:/bin', SOURCE_DATE_EPOCH: '1700000000' },
    });
    rmSync(tree, { recursive: true });
    return file;
  });
}

/** A key that signs repositories, and its public half in a file. */
export interface RepositoryKey {
  readonly home: string;
  readonly file: string;
}

/** @param home a directory that is not there yet, with a short path: gpg-agent has its socket in it */
export function makeRepositoryKey(home: string): RepositoryKey {
  mkdirSync(home, { mode: 0o700 });
  gpg(
    home,
    '--passphrase',
    '',
    '--quick-generate-key',
    'Repository <repository@example.org>',
    'ed25519',
    'sign',
  );
  const file = join(home, 'key.gpg');
  gpg(home, '--output', file, '--export');
  return { home, file };
}

/** Makes the lists that apt reads of a flat repository, anew and signed: `deb [signed-by=KEY] file:DIRECTORY ./`. */
export function indexDebs(directory: string, { home }: RepositoryKey): void {
  const options = { cwd: directory, stdio: 'pipe' } as const;
  writeFileSync(join(directory, 'Packages'), execFileSync('apt-ftparchive', ['packages', '.'], options));
  const release = join(directory, 'Release');
  const fields = ['-o', 'APT::FTPArchive::Release::Suite=flat', 'release', '.'];
  writeFileSync(release, execFileSync('apt-ftparchive', fields, options));
  gpg(home, '--output', join(directory, 'InRelease'), '--clearsign', release);
}

function gpg(home: string, ...args: readonly string[]): void {
  const env = { PATH: '/usr/bin:/bin', GNUPGHOME: home };
  execFileSync('gpg', ['--batch', '--yes', '--quiet', '--pinentry-mode', 'loopback', ...args], {
    stdio: 'pipe',
    env,
  });
}

/** Ends the agent that gpg started for the home, and takes the home away. */
export function removeRepositoryKey({ home }: RepositoryKey): void {
  execFileSync('gpgconf', ['--kill', 'all'], { env: { PATH: '/usr/bin:/bin', GNUPGHOME: home } });
  rmSync(home, { recursive: true, force: true });
}
