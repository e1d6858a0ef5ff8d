import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A package as a spec file of rpmbuild(8) says it. */
export interface RpmRecipe {
  readonly name: string;
  readonly version: string;
  readonly requires?: readonly string[];
  readonly conflicts?: readonly string[];
  readonly provides?: readonly string[];
  /** Shell that fills `$RPM_BUILD_ROOT`. */
  readonly install: string;
  /** Lines of `%files`. */
  readonly files: readonly string[];
  /** Shell that runs in the root file system after installation. */
  readonly post?: string;
}

const TIME = '1700000000';

/** Builds packages into a directory and returns the paths of their files. */
export function buildRpms(directory: string, recipes: readonly RpmRecipe[]): readonly string[] {
  const specs = join(directory, 'specs');
  mkdirSync(specs, { recursive: true });
  return recipes.map((recipe) => {
    const spec = join(specs, `${recipe.name}.spec`);
    writeFileSync(spec, specOf(recipe));
    const macros = {
      _topdir: join(specs, 'top'),
      _rpmdir: directory,
      _build_name_fmt: '%%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm',
      _buildhost: 'localhost',
      use_source_date_epoch_as_buildtime: '1',
      clamp_mtime_to_source_date_epoch: '1',
      __os_install_post: '%{nil}',
      debug_package: '%{nil}',
      // A shell for any architecture is this machine's busybox.
      _binaries_in_noarch_packages_terminate_build: '0',
    };
    const defines = Object.entries(macros).flatMap(([name, value]) => ['--define', `${name} ${value}`]);
    execFileSync('rpmbuild', ['-bb', '--quiet', ...defines, spec], {
      stdio: 'pipe',
      env: { PATH: '/usr/bin:/bin', HOME: specs, SOURCE_DATE_EPOCH: TIME },
    });
    return join(directory, `${recipe.name}-${recipe.version}-1.noarch.rpm`);
  });
}

/** Makes the metadata that dnf reads, anew. */
export function indexRpms(directory: string): void {
  rmSync(join(directory, 'repodata'), { recursive: true, force: true });
  const options = ['--quiet', '--no-database', '--simple-md-filenames', '--revision', TIME];
  execFileSync('createrepo_c', [...options, '--set-timestamp-to-revision', directory], { stdio: 'pipe' });
}

function specOf(recipe: RpmRecipe): string {
  const { name, version, requires = [], conflicts = [], provides = [], install, files, post } = recipe;
  return [
    ...[`Name: ${name}`, `Version: ${version}`, 'Release: 1', 'Summary: test', 'License: MIT'],
    ...['BuildArch: noarch', 'AutoReqProv: no'],
    ...requires.map((other) => `Requires: ${other}`),
    ...conflicts.map((other) => `Conflicts: ${other}`),
    ...provides.map((what) => `Provides: ${what}`),
    ...['%description', 'test', '%install', install],
    ...(post === undefined ? [] : ['%post', post]),
    ...['%files', ...files, ''],
  ].join('\n');
}
