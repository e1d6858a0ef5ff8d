import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { ExecaCommandRunner } from '../../src/actions/command-runner.js';
import type { PackageSource } from '../../src/graph/index.js';
import { repositoryBackendOf } from '../../src/packages/index.js';
import { buildDebs, indexDebs } from '../support/deb-repository.js';
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

const flat = (repository: string) => ({
  uris: [`file:${repository}`],
  suites: ['./'],
  components: [],
  keyrings: [],
});

packageBoxContract('apt', {
  publish(directory, { app }) {
    rmSync(directory, { recursive: true, force: true });
    buildDebs(directory, [
      { name: 'app', version: app, fields: ['Depends: lib', 'Conflicts: rival'] },
      { name: 'lib', version: '1.0' },
      { name: 'rival', version: '1.0' },
    ]);
    indexDebs(directory);
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
    buildRpms(directory, [
      rpm('app', app, { requires: ['lib'], conflicts: ['rival'] }),
      rpm('lib', '1.0'),
      rpm('rival', '1.0'),
    ]);
    rmSync(join(directory, 'specs'), { recursive: true });
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
