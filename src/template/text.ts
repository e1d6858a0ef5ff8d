import { isUtf8 } from 'node:buffer';

import type { Finding } from '../hypervisor/index.js';

const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = '\uFEFF';

/** A text file cut into lines: without line ends (LF or CRLF) and without a byte order mark. */
export interface Lines {
  /** A line that is not UTF-8 is empty here, so that every other one keeps its number and is still checked. */
  readonly lines: readonly string[];
  readonly findings: readonly Finding[];
}

/** Cuts any bytes into lines. Whatever is not UTF-8 is a finding on its line. */
export function linesOf(bytes: Uint8Array): Lines {
  const findings: Finding[] = [];
  const lines = cut(bytes).map((line, index) => {
    if (line !== undefined) return line.endsWith('\r') ? line.slice(0, -1) : line;
    findings.push({
      line: index + 1,
      message: 'the line is not valid UTF-8',
      hint: 'save the file in UTF-8',
      severity: 'error',
    });
    return '';
  });
  if (lines[0]?.startsWith(BYTE_ORDER_MARK)) lines[0] = lines[0].slice(BYTE_ORDER_MARK.length);
  return { lines, findings };
}

function cut(bytes: Uint8Array): readonly (string | undefined)[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf8(buffer)) return buffer.toString('utf8').split('\n');
  // Safe before decoding: no byte of a longer UTF-8 sequence equals a newline.
  const lines: (string | undefined)[] = [];
  for (let start = 0; start <= buffer.length; ) {
    const newline = buffer.indexOf(NEWLINE, start);
    const end = newline < 0 ? buffer.length : newline;
    const line = buffer.subarray(start, end);
    lines.push(isUtf8(line) ? line.toString('utf8') : undefined);
    start = end + 1;
  }
  return lines;
}
