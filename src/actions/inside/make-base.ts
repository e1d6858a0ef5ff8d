import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { type Digest, err, ok, type Result } from '../../base/index.js';
import type { MmdebstrapSource } from '../../graph/index.js';
import { BASE_SCRIPT_ENV, baseCommand, oneLineSources } from '../../packages/index.js';
import type { Failure } from '../../report/index.js';
import {
  type Ended,
  keepLayer,
  type RootfsState,
  spawnInside,
  type WorkerContext,
} from '../../rootfs/index.js';
import { hostProgramsArgv } from './host-programs.js';
import { removeTree } from './remove-tree.js';
import { Tail } from './tail.js';

export interface MakeBaseArgument {
  readonly source: MmdebstrapSource;
  /** A private empty directory, relative to the store. */
  readonly workspace: string;
  /** A directory that holds `debs/` and `fields/`, relative to the store. */
  readonly supplies: string;
  readonly sourceDateEpoch: number;
}

export interface MakeBaseAnswer {
  readonly state: RootfsState;
  /** Blob with dpkg's status file. */
  readonly status: Digest;
}

/** Runs mmdebstrap without a network and makes a layer of what it built. */
export async function makeBase(
  request: MakeBaseArgument,
  context: WorkerContext,
): Promise<Result<MakeBaseAnswer, Failure>> {
  const { store, signal } = context;
  const workspace = join(store.root, request.workspace);
  const paths = {
    target: join(workspace, 'target'),
    sources: join(workspace, 'mkve.list'),
    fields: join(store.root, request.supplies, 'fields'),
    debs: join(store.root, request.supplies, 'debs'),
  };
  try {
    await writeFile(paths.sources, oneLineSources(request.source, 'for-rootfs'));
    const tail = new Tail();
    const command = baseCommand(request.source, paths.target);
    const ended = await runMmdebstrap(command, { request, workspace, paths, context, tail });
    if (signal.aborted) return err({ kind: 'cancelled' });
    if ('signal' in ended || ended.status !== 0) {
      return err({
        kind: 'command-failed',
        what: 'mmdebstrap',
        argv: command,
        ending: ended,
        lastLines: tail.lines(),
      });
    }
    const status = await store.blobs.put(await readFile(join(paths.target, 'var/lib/dpkg/status')));
    const state = await keepLayer(context, paths.target, { sourceDateEpoch: request.sourceDateEpoch });
    return ok({ state, status });
  } finally {
    await removeTree({ path: request.workspace }, { ...context, signal: new AbortController().signal });
  }
}

interface Running {
  readonly request: MakeBaseArgument;
  readonly workspace: string;
  readonly paths: { readonly sources: string; readonly fields: string; readonly debs: string };
  readonly context: WorkerContext;
  readonly tail: Tail;
}

function runMmdebstrap(command: readonly string[], running: Running): Promise<Ended> {
  const { request, workspace, paths, context, tail } = running;
  const supplies = join(context.store.root, request.supplies);
  const argv = hostProgramsArgv({
    // The workspace lies inside the supplies and is laid over them.
    mounts: ['--ro-bind', supplies, supplies, '--bind', workspace, workspace],
    directory: workspace,
    command,
  });
  return spawnInside({
    argv,
    env: {
      HOME: '/nonexistent',
      LC_ALL: 'C.UTF-8',
      TMPDIR: '/tmp',
      DEBIAN_FRONTEND: 'noninteractive',
      SOURCE_DATE_EPOCH: String(request.sourceDateEpoch),
      [BASE_SCRIPT_ENV.sources]: paths.sources,
      [BASE_SCRIPT_ENV.fields]: paths.fields,
      [BASE_SCRIPT_ENV.debs]: paths.debs,
    },
    onOutput: (chunk) => {
      tail.add(chunk);
      return context.output(chunk);
    },
    signal: context.signal,
  });
}
