import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { type ActionDeps, ActionExecutor, loadCommandRunner } from '../../src/actions/index.js';
import { supplyPackages } from '../../src/actions/package-supply.js';
import { bug, digestFromHex, digestOf } from '../../src/base/index.js';
import { type BuildOutcome, build } from '../../src/engine/index.js';
import {
  type ExactPackage,
  type Graph,
  GraphBuilder,
  inputsOf,
  type MmdebstrapSource,
  type Step,
} from '../../src/graph/index.js';
import {
  applyLock,
  changesBetween,
  EMPTY_LOCK,
  KEEP_ALL,
  type Lock,
  type LockPolicy,
  nextLock,
} from '../../src/lock/index.js';
import { debFileName } from '../../src/packages/deb-place.js';
import type { Failure } from '../../src/report/index.js';
import { LastRuns, openStore, type Store } from '../../src/store/index.js';
import { addRootfs } from '../../src/template/compile-rootfs.js';
import { privateDirectory } from '../support/bundle-rig.js';
import { type GpgRig, gpgRig, newKey } from '../support/gpg-rig.js';
import { flipped, openRepository, type Package, type Repository } from '../support/repository.js';

/**
 * The real apt against a repository that changes, up to the packages in the store. What becomes of them afterwards needs
 * no repository.
 */
let homes: GpgRig;
let repository: Repository;
let source: MmdebstrapSource;
let store: Store;
let scratch: ReturnType<typeof privateDirectory>;
let serial = 0;
let places = 0;

/** For keys and packages to be made on a busy machine. */
const PATIENCE_MS = 60_000;
const RELEASE = 'dists/local/InRelease';
const LISTS = 'dists/local/main/binary-amd64/Packages';
const essential = (name: string, version: string, control = {}): Package => ({
  // Of every test others, so that one store serves all.
  ...{ name, version, content: `${name} ${version} ${serial}`, arch: 'amd64' },
  control: { Essential: 'yes', Priority: 'optional', ...control },
});
const probe = (version: string) => essential('mkve-probe', version, { Depends: 'mkve-lib' });
const lib = (version: string): Package => ({
  ...essential('mkve-lib', version),
  control: { Priority: 'optional' },
});
const deb = (name: string, version: string) => `pool/${name}_${version}_amd64.deb`;

beforeAll(async () => {
  homes = gpgRig();
  scratch = privateDirectory();
  const keys = await homes.newHome('repository');
  await newKey(keys, 'Repository <repository@example.org>');
  repository = await openRepository(join(scratch.path, 'repository'), keys);
  source = {
    backend: 'mmdebstrap',
    suite: 'local',
    architecture: 'amd64',
    repositories: [
      {
        uris: [repository.url],
        suites: ['local'],
        components: ['main'],
        keyrings: [{ file: repository.key, digest: digestOf('key') }],
      },
    ],
    variant: 'essential',
    recommends: false,
  };
  const opened = await openStore(join(scratch.path, 'store'));
  store = opened.ok ? opened.value : expect.fail('no store');
}, PATIENCE_MS);
beforeEach(async () => {
  serial++;
  await repository.publish([probe('1.0'), lib('1.0')]);
  for (const path of [RELEASE, LISTS, deb('mkve-probe', '1.0'), deb('mkve-lib', '1.0')])
    repository.serve(path, 'whole');
  repository.requests();
}, PATIENCE_MS);
afterAll(async () => {
  repository.close();
  await homes.remove();
  await scratch.remove();
});

function deps(network: ActionDeps['network'] = 'allowed'): ActionDeps {
  return {
    store,
    caller: { uid: 1000, gid: 1000, name: 'somebody' },
    workers: {
      call: () => bug('nothing here runs inside'),
    },
    tools: { versionOf: () => '1' },
    runner: loadCommandRunner,
    preflight: () => Promise.resolve(undefined),
    environment: { PATH: process.env['PATH'] ?? '', HOME: scratch.path },
    limits: { processes: 64, memoryBytes: 2 ** 30, diskBytes: 2 ** 30 },
    network,
    writer: undefined,
    version: '0',
  };
}

function freeGraph(): Graph<Step> {
  const builder = new GraphBuilder<Step>(inputsOf);
  addRootfs(builder, { source, packages: [] });
  return builder.build();
}

interface Resolution {
  readonly lock: Lock;
  readonly packages: readonly ExactPackage[];
  readonly failure: Failure | undefined;
}

/** Resolves with what is locked, as a build does. */
async function resolve(
  lock: Lock,
  how: {
    readonly policy?: LockPolicy;
    readonly network?: ActionDeps['network'];
    readonly anew?: boolean;
  } = {},
): Promise<Resolution> {
  const free = freeGraph();
  const graph = applyLock(free, lock, how.policy ?? KEEP_ALL);
  const ids = (kind: Step['kind']) =>
    [...graph.steps.values()].filter((step) => step.kind === kind).map(({ id }) => id);
  const outcome = await build({
    graph,
    wanted: ids('resolve'),
    executor: new ActionExecutor(deps(how.network)),
    cache: store.actions,
    blobs: store.blobs,
    last: LastRuns.inMemory(),
    reporter: { report: () => undefined },
    jobs: 1,
    onFailure: 'stop',
    forced: new Set(how.anew === true ? ids('snapshot') : []),
    signal: new AbortController().signal,
    now: () => 0,
    logPath: (log) => log,
  });
  const next = nextLock({ graph: free, isWhole: true }, (id) => outputsOf(outcome, id), lock);
  return { lock: next, packages: next.sources[0]?.sets[0]?.packages ?? [], failure: failureOf(outcome) };
}

/** As the first build in a store does. */
const fresh = (network: ActionDeps['network'] = 'allowed') => resolve(EMPTY_LOCK, { network, anew: true });
const everything: LockPolicy = { snapshots: 'free', lists: () => 'free' };
const update = (lock: Lock) => resolve(lock, { policy: everything, anew: true });

function outputsOf({ steps }: BuildOutcome, id: Step['id']) {
  const outcome = steps.get(id);
  return outcome?.state === 'done' ? outcome.outputs : undefined;
}

function failureOf({ steps }: BuildOutcome): Failure | undefined {
  return [...steps.values()].flatMap((outcome) => (outcome.state === 'failed' ? [outcome.failure] : []))[0];
}

/** Brings packages into a directory, as installing them does; answers what went wrong, and what lies there. */
async function supply(packages: readonly ExactPackage[], network: ActionDeps['network'] = 'allowed') {
  const place = join(store.root, 'tmp', `supply${places++}`);
  await mkdir(join(place, 'apt'), { recursive: true });
  const wanted = packages.map((one) => ({ ...one, file: debFileName(one), uri: one.origin }));
  const context = {
    output: () => undefined,
    progress: () => undefined,
    signal: new AbortController().signal,
  };
  const request = { source, directory: join(place, 'debs'), tool: join(place, 'apt'), context };
  const supplied = await supplyPackages(wanted, request, deps(network));
  return { failure: supplied.ok ? undefined : supplied.error, files: await readdir(request.directory) };
}

const versions = ({ packages }: Resolution) => packages.map(({ name, version }) => `${name} ${version}`);
const isStored = async ({ sha256 }: ExactPackage) =>
  (await store.blobs.size(digestFromHex(sha256))) !== undefined;
const named = (packages: readonly ExactPackage[], name: string) =>
  packages.find((one) => one.name === name) ?? expect.fail(`no ${name}`);

describe('a repository that moves on', () => {
  it('is not asked while all is locked, even with a new version; an update brings that and nothing else', async () => {
    const first = await fresh();
    expect(versions(first)).toEqual(['mkve-lib 1.0', 'mkve-probe 1.0']);
    await repository.publish([probe('2.0'), lib('1.0')]);
    repository.requests();
    const locked = await resolve(first.lock);
    expect([locked.lock, repository.requests()]).toEqual([first.lock, []]);
    const moved = await update(first.lock);
    expect(changesBetween(first.lock, moved.lock)).toEqual([
      { name: 'mkve-probe', arch: 'amd64', before: '1.0', after: '2.0' },
    ]);
  });

  it('gives locked packages as long as it has their files, whatever its lists say', async () => {
    const { packages } = await fresh();
    await repository.publish([probe('2.0'), lib('2.0')]);
    expect(await supply(packages)).toMatchObject({ failure: undefined, files: { length: 2 } });
    repository.requests();
    repository.change(deb('mkve-probe', '1.0'), () => undefined);
    expect(await supply(packages, 'offline')).toMatchObject({ failure: undefined, files: { length: 2 } });
    expect(repository.requests()).toEqual([]);
  });

  it('and has removed packages is told by their names; what it still has is kept', async () => {
    const { packages } = await fresh();
    repository.change(deb('mkve-probe', '1.0'), () => undefined);
    const supplied = await supply(packages);
    expect(supplied.failure).toEqual({ kind: 'packages-gone', packages: ['mkve-probe 1.0 amd64'] });
    expect(await isStored(named(packages, 'mkve-lib'))).toBe(true);
    expect(await supply(packages, 'offline')).toMatchObject({
      failure: { kind: 'offline-lacks', missing: ['mkve-probe 1.0 amd64'] },
    });
  });

  it('with another file under a version that is locked never gets it in; an update says that it is another', async () => {
    const first = await fresh();
    await repository.publish([{ ...probe('1.0'), content: 'altered' }, lib('1.0')]);
    const supplied = await supply(first.packages);
    expect(supplied.failure).toMatchObject({
      kind: 'download-failed',
      detail: expect.stringMatching(/not the file that was resolved/),
    });
    expect(await isStored(named(first.packages, 'mkve-probe'))).toBe(false);
    const moved = await update(first.lock);
    expect(changesBetween(first.lock, moved.lock)).toEqual([
      { name: 'mkve-probe', arch: 'amd64', before: '1.0', after: '1.0' },
    ]);
    expect(await supply(moved.packages)).toMatchObject({ failure: undefined });
  });

  it('can be followed for one package, while all others are held', async () => {
    const first = await fresh();
    await repository.publish([probe('2.0'), lib('2.0')]);
    repository.change(deb('mkve-probe', '1.0'), () => undefined);
    const policy: LockPolicy = {
      snapshots: 'free',
      lists: (_step, packages) => packages.filter(({ name }) => name !== 'mkve-lib'),
    };
    const moved = await resolve(first.lock, { policy, anew: true });
    expect(moved.failure).toBeUndefined();
    expect(versions(moved)).toEqual(['mkve-lib 2.0', 'mkve-probe 1.0']);
    expect(named(moved.packages, 'mkve-probe')).toEqual(named(first.packages, 'mkve-probe'));
  });

  it('cannot be followed for one package once what has to be held is in no list any more: that is said', async () => {
    const first = await fresh();
    const only = (moving: string): LockPolicy => ({
      snapshots: 'free',
      lists: (_step, packages) => packages.filter(({ name }) => name !== moving),
    });
    await repository.publish([probe('2.0'), lib('2.0')]);
    const second = await resolve(first.lock, { policy: only('mkve-lib'), anew: true });
    expect(versions(second)).toEqual(['mkve-lib 2.0', 'mkve-probe 1.0']);
    await repository.publish([probe('3.0'), lib('3.0')]);
    const third = await resolve(second.lock, { policy: only('mkve-lib'), anew: true });
    expect(third.failure).toEqual({ kind: 'packages-gone', packages: ['mkve-probe 1.0 amd64'] });
    expect(third.lock.sources[0]?.sets).toEqual(second.lock.sources[0]?.sets);
  });

  it('gives the base the priorities of its lists, which packages may contradict', async () => {
    await repository.publish([{ ...probe('1.0'), index: { Priority: 'required' } }, lib('1.0')]);
    const { packages } = await fresh();
    expect(packages.map(({ priority }) => priority)).toEqual(['optional', 'required']);
  });
});

describe('a repository that fails', () => {
  it('has an update refused for a bad signature or for lists that it did not sign, and the lock left alone', async () => {
    const first = await fresh();
    repository.change(RELEASE, flipped);
    const refused = await update(first.lock);
    expect(refused.failure).toMatchObject({ kind: 'repository-untrusted', url: repository.url });
    expect(refused.lock).toEqual(first.lock);
    await repository.publish([probe('2.0'), lib('1.0')]);
    repository.change(LISTS, (bytes) => Buffer.concat([bytes, Buffer.from('\n')]));
    const unsigned = await update(first.lock);
    expect(unsigned.failure).toMatchObject({
      kind: 'mirror-unreachable',
      urls: [`${repository.url}/${LISTS}`],
    });
    expect(unsigned.lock).toEqual(first.lock);
    expect((await resolve(unsigned.lock)).failure).toBeUndefined();
  });

  it.each(['truncated', 'reset'] as const)(
    'and serves a package %s fails, and goes on once it is mended',
    async (manner) => {
      const { packages } = await fresh();
      const file = deb('mkve-probe', '1.0');
      repository.serve(file, manner);
      const supplied = await supply(packages);
      expect(supplied.failure).toMatchObject({
        kind: 'download-failed',
        urls: [`${repository.url}/${file}`],
      });
      expect(await isStored(named(packages, 'mkve-probe'))).toBe(false);
      expect(await isStored(named(packages, 'mkve-lib'))).toBe(true);
      repository.serve(file, 'whole');
      repository.requests();
      expect(await supply(packages)).toMatchObject({ failure: undefined, files: { length: 2 } });
      expect(repository.requests()).toEqual([file]);
    },
  );

  it('once, or is slow, is waited for', async () => {
    const { packages } = await fresh();
    repository.serve(deb('mkve-probe', '1.0'), 'reset-once');
    repository.serve(deb('mkve-lib', '1.0'), 'slow');
    expect(await supply(packages)).toMatchObject({ failure: undefined, files: { length: 2 } });
  });

  it('and serves its lists truncated gives no snapshot', async () => {
    repository.serve(LISTS, 'truncated');
    const refused = await fresh();
    expect(refused.failure).toMatchObject({
      kind: 'mirror-unreachable',
      urls: [`${repository.url}/${LISTS}`],
    });
    expect(refused.lock).toEqual(EMPTY_LOCK);
  });

  it('is not asked at all offline: what is missing is said', async () => {
    const lacking = await fresh('offline');
    expect(lacking.failure).toEqual({ kind: 'offline-lacks', missing: ['package lists of local for amd64'] });
    expect(repository.requests()).toEqual([]);
  });
});
