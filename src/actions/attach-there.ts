import { type Attachment, attach, type Ended, type Namespaces, syscallFilter } from '../rootfs/index.js';
import type { Surroundings } from './inside/command-in-sandbox.js';
import type { ActionDeps } from './kind.js';

/** A command, or a shell, to be run where a root file system is. */
export interface There {
  /** Absent: a shell. */
  readonly command?: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly files: readonly { readonly path: string; readonly bytes: Uint8Array }[];
  readonly attachment: Attachment;
  /** As they are seen in the namespaces. */
  readonly surroundings: Surroundings;
  readonly namespaces: Namespaces;
  readonly signal: AbortSignal;
}

/** Runs it there. */
export function attachThere(there: There, { environment, writer }: ActionDeps): Promise<Ended> {
  const { surroundings, namespaces, files, attachment, signal } = there;
  const { PATH = '', TERM } = environment;
  const term = attachment.kind === 'terminal' && TERM !== undefined ? { TERM } : {};
  return attach({
    namespaces,
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
