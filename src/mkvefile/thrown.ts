import { dirname } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

import { messageOf, shortened } from '../base/index.js';
import type { Problem } from '../report/index.js';
import { shownPath } from './reads.js';

/**
 * Turns what came out of loading an mkvefile into a problem with the author's file and line, where the message or
 * the stack names one, and without our own stack.
 * @param reads absolute paths of the files that were loaded so far
 */
export function problemOfThrown(
  thrown: unknown,
  loading: { readonly file: string; readonly reads: readonly string[] },
): Problem {
  const place = placeOf(thrown, loading.reads);
  const directory = dirname(loading.file);
  const message = sentenceOf(thrown).replaceAll(`${directory}/`, '');
  const problem: Problem = {
    file: shownPath(place?.file ?? importerIn(thrown, loading.reads) ?? loading.file, directory),
    message,
    severity: 'error',
  };
  return place === undefined ? problem : { ...problem, line: place.line };
}

/** esbuild's message has a headline, and before each fault its place, which the problem tells already. */
const FAULT_OF_ESBUILD = /^.+?:\d+:\d+: ERROR: (.+)$/m;

function sentenceOf(thrown: unknown): string {
  const message = shortened(stripVTControlCharacters(messageOf(thrown)), LONGEST);
  const fault = FAULT_OF_ESBUILD.exec(message)?.[1];
  if (fault !== undefined) return `syntax error: ${fault}`;
  if (isNotFound(thrown)) return message.replace(/ imported from .+$/s, '');
  if (isError(thrown) && nameOf(thrown) === 'SyntaxError') return message;
  return isError(thrown) ? `it threw ${nameOf(thrown)}: ${message}` : `it threw ${message}`;
}

/** Also true and false for a proxy that does not want to be asked. */
function isError(thrown: unknown): thrown is Error {
  try {
    return thrown instanceof Error;
  } catch {
    return false;
  }
}

function nameOf(error: Error): string {
  try {
    return shortened(String(error.name), LONGEST);
  } catch {
    return 'Error';
  }
}

/** A sentence is read by people, and whatever was thrown may be of any length. */
const LONGEST = 1000;

function isNotFound(thrown: unknown): boolean {
  return isError(thrown) && 'code' in thrown && thrown.code === 'ERR_MODULE_NOT_FOUND';
}

/** The first place in the text that lies in one of the author's files. */
function placeOf(
  thrown: unknown,
  files: readonly string[],
): { readonly file: string; readonly line: number } | undefined {
  const text = textOf(thrown);
  let first: { readonly file: string; readonly line: number; readonly at: number } | undefined;
  for (const file of files) {
    const match = new RegExp(`${escaped(file)}(?:\\?[^\\s:)]*)?:(\\d+)`).exec(text);
    if (match === null || (first !== undefined && first.at <= match.index)) continue;
    first = { file, line: Number(match[1]), at: match.index };
  }
  return first;
}

/** Node names the importing file of a module that is missing, without a line. */
function importerIn(thrown: unknown, files: readonly string[]): string | undefined {
  return files.find((file) => textOf(thrown).includes(` imported from ${file}`));
}

function textOf(thrown: unknown): string {
  try {
    return isError(thrown) ? `${thrown.message}\n${thrown.stack ?? ''}` : messageOf(thrown);
  } catch {
    return messageOf(thrown);
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
