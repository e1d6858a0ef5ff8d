import { rmdir } from 'node:fs/promises';

import { ok, type Result } from '../base/index.js';
import type { Failure } from '../report/index.js';
import { type Attachment, attach, type Ended, type RootfsState, syscallFilter } from '../rootfs/index.js';
import type { WorkerPlace } from '../workers/index.js';
import type { Surroundings } from './inside/command-in-sandbox.js';
import type { OpenedShell, OpenShellArgument } from './inside/open-shell.js';
import type { ActionDeps } from './kind.js';
import { nameInStore } from './outputs.js';

export interface ShellRequest {
  readonly state: RootfsState;
  /** Absent: a shell. */
  readonly command?: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly network: 'none' | 'host';
  readonly files: readonly { readonly path: string; readonly bytes: Uint8Array }[];
  readonly changes: 'discarded' | 'kept';
  readonly attachment: Attachment;
  /** Called at the moment when the caller's terminal or pipes are lent. */
  readonly onReady: () => void;
  readonly signal: AbortSignal;
}

export interface ShellEnded {
  readonly ended: Ended;
  /** Where changes are kept: the state with them. Its last layer is in no result, and the caller's to take away. */
  readonly after: RootfsState;
}

/** Runs a command on a throw-away layer over a state, attached to the caller. */
export async function openShell(
  request: ShellRequest,
  deps: ActionDeps,
): Promise<Result<ShellEnded, Failure>> {
  const { store, workers, writer } = deps;
  const { state, network, changes, signal } = request;
  let ended: Ended = { status: 0 };
  let attached: Promise<Ended> | undefined;
  const answer = async (question: unknown, worker: WorkerPlace) => {
    const { surroundings } = question as OpenedShell;
    request.onReady();
    attached = attachThere({ ...request, surroundings, worker }, deps);
    ended = await attached;
  };
  const staging = await store.staging.create('shell');
  try {
    const workspace = nameInStore(store, await store.staging.createInside(staging, writer));
    const argument: OpenShellArgument = { state, workspace, network, changes };
    const options = { output: () => undefined, answer, signal };
    const after = (await workers.call('open-shell', argument, options)) as Result<RootfsState, Failure>;
    // A shell that was stopped: its terminal has to be given back before anything is said on it.
    if (request.attachment.kind === 'terminal') await attached;
    return after.ok ? ok({ ended, after: after.value }) : after;
  } finally {
    await store.staging.remove(staging);
  }
}

/** Takes away the layer of kept changes that nobody wants any longer. */
export async function discardChanges(
  before: RootfsState,
  after: RootfsState,
  { store, workers }: ActionDeps,
): Promise<void> {
  const layer = after.layers.find(({ id }) => !before.layers.some((one) => one.id === id));
  if (layer === undefined) return;
  await store.layers.disown(layer.id);
  const directory = store.layers.pathOf(layer.id);
  const options = { output: () => undefined, signal: new AbortController().signal };
  const emptied = await workers.call('remove-tree', { path: nameInStore(store, directory) }, options);
  if (emptied.ok) await rmdir(directory);
}

type There = Pick<ShellRequest, 'command' | 'env' | 'files' | 'attachment' | 'signal'> & {
  readonly surroundings: Surroundings;
  readonly worker: WorkerPlace;
};

/** Runs a command, or a shell, where a worker has a root file system ready. */
export function attachThere(there: There, { environment, writer }: ActionDeps): Promise<Ended> {
  const { surroundings, worker, files, attachment, signal } = there;
  const { PATH = '', TERM } = environment;
  const term = attachment.kind === 'terminal' && TERM !== undefined ? { TERM } : {};
  return attach({
    worker,
    sandbox: { ...surroundings, argv: argvOf(there), env: { ...there.env, ...term, HISTFILE: '' } },
    files,
    filter: syscallFilter(process.arch),
    attachment,
    env: { PATH, ...term },
    ...(writer === undefined ? {} : { owner: writer.uid }),
    signal,
  });
}

function argvOf({ command, attachment }: Pick<There, 'command' | 'attachment'>): readonly string[] {
  if (command === undefined) return ['/bin/sh', '-c', SHELL, 'sh'];
  return attachment.kind === 'terminal' ? ['/bin/sh', '-c', IN_FOREGROUND, 'sh', ...command] : command;
}

/** Decided inside, where the path of bash leads nowhere else. */
const SHELL = '[ -x /bin/bash ] && exec /bin/bash; exec /bin/sh';

/**
 * A job of its own: a Ctrl-C is for the command alone, and not for the programs that hold the sandbox together. What Ctrl-Z
 * stops goes on at once, since nobody is there to do it later. It takes bash, since dash wants to give the terminal back to
 * a process group that it cannot see; without bash a Ctrl-C ends everything.
 */
const IN_FOREGROUND = `
[ -x /bin/bash ] || exec "$@"
exec /bin/bash --norc -c '
set -m
"$@"
status=$?
while kill -0 %% 2>/dev/null; do
  fg %% >/dev/null
  status=$?
done
exit "$status"' bash "$@"
`;
