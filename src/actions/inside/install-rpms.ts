import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { type Digest, err, ok, type Result } from '../../base/index.js';
import type { DnfSource } from '../../graph/index.js';
import { RPM_TIDY, rpmCommand } from '../../packages/index.js';
import type { Failure } from '../../report/index.js';
import {
  type Ended,
  flattenIfLong,
  keepLayer,
  mountRootfs,
  type RootfsState,
  spawnInside,
  type WorkerContext,
} from '../../rootfs/index.js';
import { hostProgramsArgv } from './host-programs.js';
import { MountedContents } from './mounted-contents.js';
import { readFileInside } from './read-file.js';
import { removeTree } from './remove-tree.js';
import { Tail } from './tail.js';

export interface InstallRpmsArgument {
  readonly source: Pick<DnfSource, 'database' | 'architecture'>;
  /** What the packages go on top of; absent: a new root file system. */
  readonly state?: RootfsState;
  /** A private empty directory, relative to the store. */
  readonly workspace: string;
  /** A directory with the package files, relative to the store. */
  readonly rpms: string;
  readonly sourceDateEpoch: number;
}

export interface InstallRpmsAnswer {
  readonly state: RootfsState;
  /** Blob with rpm's database. */
  readonly status: Digest;
}

/** Installs exact packages by the host's rpm, without a network. */
export async function installRpms(
  request: InstallRpmsArgument,
  context: WorkerContext,
): Promise<Result<InstallRpmsAnswer, Failure>> {
  const workspace = join(context.store.root, request.workspace);
  try {
    const installed = await installOn(request, workspace, context);
    if (!installed.ok) return installed;
    const state = await flattenIfLong(context, installed.value, join(workspace, 'flatten'));
    return ok({ state, status: await databaseOf(state, request, { workspace, context }) });
  } finally {
    await removeTree({ path: request.workspace }, { ...context, signal: new AbortController().signal });
  }
}

async function installOn(
  request: InstallRpmsArgument,
  workspace: string,
  context: WorkerContext,
): Promise<Result<RootfsState, Failure>> {
  const { state, sourceDateEpoch } = request;
  if (state === undefined) {
    const target = join(workspace, 'target');
    await mkdir(target);
    // What rpm leaves to others: see `rpmCommand`.
    for (const [name, mode] of SHARED) {
      await mkdir(join(target, name));
      await chmod(join(target, name), mode);
    }
    const ran = await runRpm(request, target, context);
    return ran.ok ? ok(await keepLayer(context, target, { sourceDateEpoch })) : ran;
  }
  const objects = await context.trees.load(state);
  const mount = await mountRootfs(context.store.layers, workspace, {
    layers: state.layers.map(({ id }) => id),
    root: objects.get(state.tree).meta,
  });
  try {
    const ran = await runRpm(request, mount.root, context);
    if (!ran.ok) return ran;
  } finally {
    await mount.unmount();
  }
  return ok(await keepLayer(context, mount.upper, { state, sourceDateEpoch }));
}

const SHARED = [
  ['dev', 0o755],
  ['proc', 0o555],
  ['sys', 0o555],
] as const;

async function runRpm(
  request: InstallRpmsArgument,
  target: string,
  context: WorkerContext,
): Promise<Result<void, Failure>> {
  const { source, rpms } = request;
  const packages = join(context.store.root, rpms);
  const files = (await readdir(packages)).sort().map((name) => join(packages, name));
  const install = rpmCommand(source, { target, files });
  const tidy = ['/usr/bin/python3', '-c', RPM_TIDY, join(target, source.database), target];
  const commands = files.length === 0 ? [] : [install, tidy];
  for (const command of commands) {
    const tail = new Tail();
    const ended = await runOn(command, { request, target, packages, context, tail });
    if (context.signal.aborted) return err({ kind: 'cancelled' });
    if ('signal' in ended || ended.status !== 0) {
      const what = 'installing the packages';
      return err({ kind: 'command-failed', what, argv: command, ending: ended, lastLines: tail.lines() });
    }
  }
  return ok(undefined);
}

interface Running {
  readonly request: InstallRpmsArgument;
  readonly target: string;
  readonly packages: string;
  readonly context: WorkerContext;
  readonly tail: Tail;
}

function runOn(command: readonly string[], running: Running): Promise<Ended> {
  const { request, target, packages, context, tail } = running;
  return spawnInside({
    argv: hostProgramsArgv({
      mounts: [
        ...['--ro-bind', packages, packages, '--bind', target, target],
        // Scripts of packages want them.
        ...['--dev', join(target, 'dev'), '--proc', join(target, 'proc')],
        ...(existsSync(join(target, 'tmp')) ? ['--tmpfs', join(target, 'tmp')] : []),
      ],
      directory: '/',
      command,
    }),
    env: {
      HOME: '/root',
      LC_ALL: 'C.UTF-8',
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      // rpm takes it for the time of installation.
      SOURCE_DATE_EPOCH: String(request.sourceDateEpoch),
    },
    onOutput: (chunk) => {
      tail.add(chunk);
      return context.output(chunk);
    },
    signal: context.signal,
  });
}

const MOST_DATABASE = 1024 * 1024 * 1024;

async function databaseOf(
  state: RootfsState,
  { source }: InstallRpmsArgument,
  { workspace, context }: { readonly workspace: string; readonly context: WorkerContext },
): Promise<Digest> {
  const look = join(workspace, 'look');
  await mkdir(look);
  const contents = new MountedContents(state, look, context.store.layers);
  try {
    const objects = await context.trees.load(state);
    const path = `${source.database.slice(1)}/rpmdb.sqlite`;
    const bytes = await readFileInside({ objects, tree: state.tree, contents }, path, MOST_DATABASE);
    return await context.store.blobs.put(bytes ?? '');
  } finally {
    await contents.close();
  }
}
