import type { CommandOutcome, CommandRunner } from '../base/index.js';

export interface ZstdCheckRequest {
  readonly runner: CommandRunner;
  readonly env: Readonly<Record<string, string>>;
  /** Where the compressed archive stands: `size` bytes from `offset` of the file. */
  readonly file: string;
  readonly offset: number;
  readonly size: number;
  readonly plain: { readonly size: number; readonly sha256: string };
}

/** `wrong` ends a sentence that begins with "its plain tar". */
export type ZstdCheckOutcome =
  | { readonly kind: 'same' }
  | { readonly kind: 'wrong'; readonly detail: string }
  | { readonly kind: 'unchecked'; readonly detail: string };

/**
 * Unpacks by the zstd program, in a pipe that holds nothing in memory and ends one byte after the declared size.
 * Not by node:zlib: as of Node 24 it fails after the first frame, and a packed rootfs has one frame a segment.
 */
export async function checkZstd(request: ZstdCheckRequest): Promise<ZstdCheckOutcome> {
  const { runner, env, file, offset, size, plain } = request;
  const numbers = [offset + 1, size, plain.size].map(String);
  const outcome = await runner.run({ argv: ['sh', '-c', PIPE, 'sh', file, ...numbers], env });
  if (outcome.kind !== 'exited' || outcome.status !== 0)
    return { kind: 'unchecked', detail: whyUnchecked(outcome) };
  const found = /^([0-9a-f]{64})\s.*\n\s*(\d+)\n\s*(\d+)\s*$/.exec(outcome.stdout.toString());
  if (found === null) return { kind: 'unchecked', detail: lastLine(outcome.stderr) };
  const [, sha256, surplus, count] = found;
  if (surplus !== '0') return { kind: 'wrong', detail: `is larger than the ${plain.size} bytes listed` };
  const complaint = lastLine(outcome.stderr);
  if (complaint !== '') return { kind: 'wrong', detail: `cannot be unpacked: ${complaint}` };
  if (count !== `${plain.size}`) return { kind: 'wrong', detail: `holds ${count} bytes, not ${plain.size}` };
  if (sha256 === plain.sha256) return { kind: 'same' };
  return { kind: 'wrong', detail: `has the sha256 ${sha256}, not ${plain.sha256}` };
}

// Prints the digest of the declared bytes, whether there is one byte more, and how many of the declared ones there
// were. GNU head takes no more from a pipe than it passes on, so that the second one sees just what is too much.
// Descriptor 3 leads to the count, 4 past it to standard output.
const PIPE = `command -v zstd >/dev/null || exit 127
tail -c +"$2" -- "$1" | head -c "$3" | zstd -dcq | {
  { head -c "$4" | tee /dev/fd/3 | sha256sum >&4; head -c 1 | wc -c >&4; } 3>&1 | wc -c
} 4>&1`;

function whyUnchecked(outcome: CommandOutcome): string {
  if (outcome.kind === 'not-found') return `${outcome.program} is not installed`;
  if (outcome.kind === 'killed') return `it was ended by ${outcome.signal}`;
  return outcome.status === 127 ? 'zstd is not installed' : lastLine(outcome.stderr);
}

function lastLine(output: Buffer): string {
  return output.toString().trimEnd().split('\n').at(-1) ?? '';
}
