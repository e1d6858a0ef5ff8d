import { fileURLToPath } from 'node:url';

import { messageOf } from '../base/index.js';
import { visible } from '../report/index.js';
import { mkveVersion } from './host.js';
import type { Streams } from './streams.js';

/** Where mkve and what is installed for it lie: whatever is thrown from anywhere else is not its own. */
const OWN = fileURLToPath(new URL('../..', import.meta.url));
/** As of a mistake in the configuration: the only programs of others in this process are the mkvefile and what it imports. */
const THEIRS = 2;
/** sysexits.h EX_SOFTWARE. */
const OURS = 70;
/** A reader of our output that is gone: streams.ts. */
const UNREAD = 141;
/** What an mkvefile keeps running (a timer, a server) must not keep mkve from ending. */
const LEAVE_MS = 1000;

/**
 * An mkvefile runs in this process and may end it, or throw where nobody waits. Neither may pass in silence, with whatever
 * status it likes, nor with a stack for a message.
 */
export function watchEnd(
  name: string,
  how: {
    readonly streams: Streams;
    /** A signal was answered, by which the process may end at any moment. */
    readonly isExpected: () => boolean;
    /** Lets what runs come to its end. */
    readonly give: () => void;
  },
): { readonly status: () => number | undefined; readonly streams: Streams; readonly done: () => void } {
  const { streams, isExpected, give } = how;
  let isDone = false;
  let status: number | undefined;
  const say = (sentence: string, hint: string) => {
    streams.err(visible(`${name}: ${sentence}`));
    streams.err(`    ${hint}`);
  };
  process.on('exit', (code) => {
    if (isDone || isExpected() || status !== undefined || code === UNREAD) return;
    const how = code === 13 ? 'with nothing left that it waits for' : `by a call of process.exit(${code})`;
    say(
      `it ended before its work was done, ${how}`,
      'hint: the mkvefile, and what it imports, must neither call process.exit nor wait for what never comes',
    );
    process.exitCode = THEIRS;
  });
  process.on('uncaughtException', (thrown: unknown) => {
    if (status !== undefined) return;
    const place = placeOf(thrown);
    status = place === undefined ? OURS : THEIRS;
    if (place === undefined) {
      say(
        'an internal error; please report it with the lines below',
        `mkve ${mkveVersion()}, Node ${process.version}`,
      );
      streams.err(`    ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : messageOf(thrown)}`);
    } else {
      say(
        `${place}: something was thrown where nobody waits for it: ${messageOf(thrown)}`,
        'hint: await every promise in the mkvefile, and catch what timers throw',
      );
    }
    give();
    setTimeout(() => process.exit(status), LEAVE_MS).unref();
  });
  return {
    status: () => status,
    // That the rest was cancelled for it goes without saying.
    streams: { ...streams, err: (line) => (status === undefined ? streams.err(line) : undefined) },
    done: () => {
      isDone = true;
      setTimeout(() => process.exit(), LEAVE_MS).unref();
    },
  };
}

/** The place in a line of a stack: a path, or the URL of one, and perhaps what a loader put behind it. */
const FRAME = /(?:file:\/\/)?(\/[^()\n?]+?)(?:\?[^()\n:]*)?:(\d+):\d+\)?$/gm;

/** The file and the line where something was thrown, if that is outside of mkve and of Node. */
function placeOf(thrown: unknown): string | undefined {
  const stack = thrown instanceof Error ? String(thrown.stack) : '';
  for (const [, file = '', line = ''] of stack.matchAll(FRAME))
    return file.startsWith(OWN) ? undefined : `${file}:${line}`;
  // No Error, or one without a place: mkve throws nothing of the kind.
  return stack === '' || !stack.includes('\n    at ') ? 'the mkvefile' : undefined;
}
