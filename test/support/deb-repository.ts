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

/** Makes the lists that apt reads of a flat repository, anew: `deb [trusted=yes] file:DIRECTORY ./`. */
export function indexDebs(directory: string): void {
  const options = { cwd: directory, stdio: 'pipe' } as const;
  writeFileSync(join(directory, 'Packages'), execFileSync('apt-ftparchive', ['packages', '.'], options));
  const release = ['-o', 'APT::FTPArchive::Release::Suite=flat', 'release', '.'];
  writeFileSync(join(directory, 'Release'), execFileSync('apt-ftparchive', release, options));
}
