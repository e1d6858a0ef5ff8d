import { describe, expect, it } from 'vitest';

import { canonicalJson, digestOf } from '../../../src/base/index.js';
import {
  type DnfSource,
  type ExactPackage,
  foundationOf,
  type Graph,
  GraphBuilder,
  type HasherSource,
  inputsOf,
  type PackageSource,
  type RootfsSource,
  type Step,
} from '../../../src/graph/index.js';
import {
  applyLock,
  EMPTY_LOCK,
  identityOf,
  isExactlyLocked,
  type Lock,
  nextLock,
  parseLock,
  pendingChanges,
  renderLock,
} from '../../../src/lock/index.js';
import { repositoryBackendOf } from '../../../src/packages/index.js';
import { addRootfs } from '../../../src/template/compile-rootfs.js';
import { source as debian, exact } from '../../support/lock-samples.js';

const keyring = { file: '/home/somebody/key.asc', digest: digestOf('key') };
const local = [{ file: '/home/somebody/own/app.rpm', digest: digestOf('app'), size: 3 }];
const fedora: DnfSource = {
  ...{ backend: 'dnf', release: '40', architecture: 'x86_64', base: ['bash'], recommends: false },
  repositories: [{ id: 'fedora', url: 'http://mirror.example/fedora', by: 'baseurl', keyrings: [keyring] }],
  database: '/usr/lib/sysimage/rpm',
};
const given: RootfsSource = {
  ...{ backend: 'rootfs', name: 'base.tar', architecture: 'amd64', recommends: false },
  from: { kind: 'archive', path: '/home/somebody/base.tar', fingerprint: digestOf('times') },
};
const alt: HasherSource = {
  ...{ backend: 'hasher', architecture: 'x86_64', workdir: '/home/somebody/hasher', base: [], number: 7 },
};

function graphOf(source: PackageSource, ...lists: readonly (readonly string[])[]): Graph<Step> {
  const builder = new GraphBuilder<Step>(inputsOf);
  for (const packages of [[], ...lists]) addRootfs(builder, { source, packages });
  return builder.build();
}

const STATUS = digestOf('status');

/** The lock of a build of everything, where every list means one package of this version. */
function lockOf(graph: Graph<Step>, found: ExactPackage, before: Lock = EMPTY_LOCK): Lock {
  const { origin: uri, ...others } = found;
  const results = (id: string) => {
    const step = [...graph.steps.values()].find((one) => one.id === id);
    if (step?.kind === 'snapshot') return { snapshot: digestOf('lists'), date: 5 };
    if (step?.kind === 'base') return { status: STATUS };
    return step?.kind === 'resolve' ? { packages: [{ ...others, file: '', uri }], requested: [] } : undefined;
  };
  return nextLock({ graph, isWhole: true }, results, before);
}

const resolveSteps = (graph: Graph<Step>) =>
  [...graph.steps.values()].flatMap((step) => (step.kind === 'resolve' ? [step] : []));

describe('a lock of any backend', () => {
  it.each([debian, { ...debian, local }, fedora, { ...fedora, local }, given, alt])(
    'says nothing of this machine: $backend',
    (source) => {
      const said = canonicalJson(identityOf(source));
      expect(said).not.toContain('/home/');
      expect(said).not.toContain('fingerprint');
      expect(said).not.toContain('secret');
    },
  );

  it('stays when own packages change, but for the lists that these may be in', () => {
    expect(identityOf({ ...fedora, local })).toEqual(identityOf(fedora));
    const lock = lockOf(graphOf({ ...fedora, local }, ['app']), exact('bash'));
    const [base, list] = resolveSteps(applyLock(graphOf({ ...fedora, local: [] }, ['app']), lock));
    expect([base?.locked === undefined, list?.locked === undefined]).toEqual([false, true]);
    const same = applyLock(graphOf({ ...fedora, local }, ['app']), lock);
    expect(resolveSteps(same).every(({ locked }) => locked !== undefined)).toBe(true);
  });
});

describe('a lock of dnf', () => {
  it('reads back as it was written, and names the files that dnf names', () => {
    const found = { ...exact('vim-minimal', '2:9.1.0-1.fc40'), arch: 'x86_64' };
    const lock = lockOf(graphOf(fedora, ['vim-minimal']), found);
    expect(parseLock(renderLock(lock), 'mkve.lock')).toEqual({ ok: true, value: lock });
    expect(repositoryBackendOf(fedora).fileName(found)).toBe('vim-minimal-9.1.0-1.fc40.x86_64.rpm');
    expect(isExactlyLocked(applyLock(graphOf(fedora, ['vim-minimal']), lock), lock)).toBe(true);
  });
});

describe('a lock on a given base', () => {
  const graph = graphOf(given, ['less']);
  const lock = lockOf(graph, exact('less'));

  it('has its lists, what they are for, and nothing of the base', () => {
    expect(lock.sources.map(({ sets }) => sets)).toEqual([
      [{ requested: ['less'], onto: foundationOf(STATUS, given), packages: [exact('less')] }],
    ]);
    expect(isExactlyLocked(applyLock(graph, lock), lock)).toBe(true);
    expect(pendingChanges(graph, [...graph.steps.values()], lock)).toEqual([]);
  });

  it('holds wherever the base lies, and has its content looked at', () => {
    const moved = {
      ...given,
      from: { ...given.from, path: '/srv/base.tar', fingerprint: digestOf('other') },
    };
    const [list] = resolveSteps(applyLock(graphOf(moved, ['less']), lock));
    expect(list).toMatchObject({ locked: [exact('less')], lockedOnto: foundationOf(STATUS, given) });
  });

  it('stays what it was while the base is not known', () => {
    expect(nextLock({ graph, isWhole: true }, () => undefined, lock)).toEqual(lock);
  });
});

describe('hasher', () => {
  it('is not locked, and cannot be built as if it were', () => {
    const graph = graphOf(alt, ['less']);
    expect(lockOf(graph, exact('less'))).toEqual(EMPTY_LOCK);
    expect(isExactlyLocked(graph, EMPTY_LOCK)).toBe(false);
    const pending = pendingChanges(graph, [...graph.steps.values()], EMPTY_LOCK);
    expect(pending).toEqual(['hasher resolves packages while it installs them, so no lock has them']);
  });
});
