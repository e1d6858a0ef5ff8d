/** The end of a log. */
export interface LogTail {
  readonly text: string;
  /** Bytes before it that are left out. */
  readonly cutBytes: number;
}

/** What a page holds of a log at most. */
const MOST_LOG = 64 * 1024;

/** The last 64 KiB as text, beginning with a whole character. */
export function logTail(bytes: Uint8Array): LogTail {
  let from = Math.max(0, bytes.length - MOST_LOG);
  // A UTF-8 character has at most three bytes after its first.
  for (let more = 0; from > 0 && more < 3 && ((bytes[from] ?? 0) & 0xc0) === 0x80; more++) from++;
  return { text: Buffer.from(bytes.subarray(from)).toString('utf8'), cutBytes: from };
}
