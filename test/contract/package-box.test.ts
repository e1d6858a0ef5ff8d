import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll } from 'vitest';

import { ExecaCommandRunner } from '../../src/actions/command-runner.js';
import { digestOf } from '../../src/base/index.js';
import type { PackageSource } from '../../src/graph/index.js';
import { repositoryBackendOf } from '../../src/packages/index.js';
import { buildDebs, indexDebs, makeRepositoryKey, removeRepositoryKey } from '../support/deb-repository.js';
import { buildRpms, indexRpms, type RpmRecipe } from '../support/rpm-repository.js';
import { type PackageBoxRig, packageBoxContract } from './suites/package-box.js';

const common = {
  runner: new ExecaCommandRunner(),
  output: () => undefined,
  signal: new AbortController().signal,
};
const environment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/nonexistent' };

const openWith =
  (sourceOf: (repository: string) => Exclude<PackageSource, { backend: 'hasher' }>): PackageBoxRig['open'] =>
  ({ repository, directory, local }) => {
    const source = { ...sourceOf(repository), local };
    return repositoryBackendOf(source).openBox(source, { ...common, paths: { directory, environment } });
  };

const home = mkdtempSync(join(tmpdir(), 'mkve-key-'));
const key = makeRepositoryKey(join(home, 'g'));
afterAll(() => {
  removeRepositoryKey(key);
  rmSync(home, { recursive: true });
});

/** Building takes longer than all else here, so each set of packages is built once. */
function copyBuilt(directory: string, name: string, build: (built: string) => void): void {
  const built = join(home, name);
  if (!existsSync(built)) build(built);
  cpSync(built, directory, { recursive: true, filter: (path) => !path.endsWith('/specs') });
}

const flat = (repository: string) => ({
  uris: [`file:${repository}`],
  suites: ['./'],
  components: [],
  keyrings: [{ file: key.file, digest: digestOf('the key') }],
});

packageBoxContract('apt', {
  publish(directory, { app }) {
    rmSync(directory, { recursive: true, force: true });
    copyBuilt(directory, `deb-${app}`, (built) =>
      buildDebs(built, [
        { name: 'app', version: app, fields: ['Depends: lib', 'Conflicts: rival'] },
        { name: 'lib', version: '1.0', fields: ['Provides: other (= 1), feature'] },
        { name: 'rival', version: '1.0' },
      ]),
    );
    indexDebs(directory, key);
  },
  own: (directory, version) => {
    const [file = ''] = buildDebs(directory, [{ name: 'app', version, fields: ['Depends: lib'] }]);
    return file;
  },
  version: (written) => written,
  open: openWith((repository) => ({
    backend: 'mmdebstrap',
    suite: 'flat',
    architecture: 'amd64',
    repositories: [flat(repository)],
    variant: 'minbase',
    recommends: false,
  })),
});

const rpm = (name: string, version: string, more: Partial<RpmRecipe> = {}): RpmRecipe => ({
  name,
  version,
  install: `mkdir -p $RPM_BUILD_ROOT/usr/share; echo ${version} >$RPM_BUILD_ROOT/usr/share/${name}`,
  files: [`/usr/share/${name}`],
  ...more,
});

packageBoxContract('dnf', {
  publish(directory, { app }) {
    rmSync(directory, { recursive: true, force: true });
    copyBuilt(directory, `rpm-${app}`, (built) =>
      buildRpms(built, [
        rpm('app', app, { requires: ['lib'], conflicts: ['rival'] }),
        rpm('lib', '1.0', { provides: ['feature'] }),
        rpm('rival', '1.0'),
      ]),
    );
    indexRpms(directory);
  },
  own: (directory, version) => {
    const [file = ''] = buildRpms(directory, [rpm('app', version, { requires: ['lib'] })]);
    return file;
  },
  version: (written) => `${written}-1`,
  open: openWith((repository) => ({
    backend: 'dnf',
    release: '1',
    architecture: 'x86_64',
    repositories: [{ id: 'test', url: `file://${repository}`, by: 'baseurl', keyrings: [] }],
    base: ['lib'],
    recommends: false,
    database: '/usr/lib/sysimage/rpm',
  })),
});
