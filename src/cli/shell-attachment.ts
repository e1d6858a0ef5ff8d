import type { Failure } from '../report/index.js';
import type { Attachment } from '../rootfs/index.js';
import { namespaceNeeds } from '../workers/index.js';
import { missingNeeds } from './doctor/missing-needs.js';
import { DEFAULT_PATH, type Host } from './host.js';

/**
 * How a shell is attached to this process: by a terminal of its own where both standard input and standard output are
 * terminals, so that a person can talk with it; otherwise by pipes.
 */
export function attachmentOf(): Attachment {
  const { stdin, stdout, stderr } = process;
  if (stdin.isTTY && stdout.isTTY) return { kind: 'terminal' };
  return { kind: 'pipes', stdin, stdout, stderr };
}

const TOOLS = ['bash', 'unshare', 'nsenter', 'mount', 'bwrap', 'find', 'newuidmap', 'newgidmap'];

/** What the host lacks for a shell to open. */
export function lackingForShells({ caller, env }: Host, { kind }: Attachment): Failure | undefined {
  const only = kind === 'terminal' ? [...TOOLS, 'script'] : TOOLS;
  const tools = missingNeeds({ caller, path: env['PATH'] ?? DEFAULT_PATH, only });
  const needs = [...tools, ...namespaceNeeds(caller)];
  return needs.length === 0 ? undefined : { kind: 'host-lacks', needs };
}
