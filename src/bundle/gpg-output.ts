/**
 * Reads what gpg says of itself on `--status-fd`: lines `[GNUPG:] KEYWORD ARGUMENTS` (GnuPG, doc/DETAILS,
 * "Format of the --status-fd output"). Untrusted user ids in them are escaped by gpg and hold no newline.
 */
export interface StatusLine {
  readonly keyword: string;
  readonly args: readonly string[];
}

const PREFIX = '[GNUPG:] ';

export function statusLines(output: Uint8Array): readonly StatusLine[] {
  return linesOf(output)
    .filter((line) => line.startsWith(PREFIX))
    .map((line) => {
      const [keyword = '', ...args] = line.slice(PREFIX.length).split(' ');
      return { keyword, args };
    });
}

/** The last thing gpg said to a human, without its name in front; that is where it says why it gave up. */
export function lastMessage(output: Uint8Array): string {
  const messages = linesOf(output).filter((line) => line.trim() !== '' && !line.startsWith(PREFIX));
  return messages.at(-1)?.replace(/^gpg: /, '') ?? 'gpg gave no reason';
}

function linesOf(output: Uint8Array): readonly string[] {
  return Buffer.from(output).toString().split(/\r?\n/);
}
