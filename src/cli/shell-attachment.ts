import type { Attachment } from '../rootfs/index.js';

/**
 * How a shell is attached to this process: by a terminal of its own where both standard input and standard output are
 * terminals, so that a person can talk with it; otherwise by pipes.
 */
export function attachmentOf(): Attachment {
  const { stdin, stdout, stderr } = process;
  if (stdin.isTTY && stdout.isTTY) return { kind: 'terminal' };
  return { kind: 'pipes', stdin, stdout, stderr };
}
