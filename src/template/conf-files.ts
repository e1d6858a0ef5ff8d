import { join, sep } from 'node:path';

import { compareCodeUnits, digestOf } from '../base/index.js';
import type { ConfCheck } from '../hypervisor/index.js';
import { describeEntry, type Entry, lookAt, namesIn, readBytes, readText, realPathOf } from './entry.js';
import type { Journal } from './journal.js';
import type { ConfFile } from './model.js';
import { shown } from './names.js';
import { linesOf } from './text.js';

export interface ConfRequest {
  /** Absolute. */
  readonly directory: string;
  /** How problems name that directory: `conf/openvz`. */
  readonly shownAs: string;
  /** Symbolic links may lead anywhere below one of these real paths, and nowhere else. */
  readonly boundaries: readonly string[];
  readonly checks: ReadonlyMap<string, ConfCheck>;
  readonly journal: Journal;
}

/** What the bundle could hold at most is more; two links in each of thirty directories lead a thousand million ways. */
const MOST_ENTRIES = 20_000;

interface Place {
  readonly path: string;
  /** Below the conf directory; empty for itself. */
  readonly relative: string;
  /** Real paths of the directories on the way here, to notice a link that leads back up. */
  readonly above: readonly string[];
}

/** Reads all regular files below a conf directory, which may be absent. Problems go to the journal. */
export function readConf(request: ConfRequest): readonly ConfFile[] {
  const top: Place = { path: request.directory, relative: '', above: [] };
  request.journal.looked(top.path);
  const entry = lookAt(top.path);
  if (entry.kind === 'missing') return [];
  if (entry.kind !== 'directory') {
    complain(
      request,
      top,
      `found ${describeEntry(entry)}, expected a directory with the files to pack into the bundle`,
    );
    return [];
  }
  // Not only its last part may be a link: `conf` itself may lead elsewhere.
  const counted = { ...request, seen: { entries: 0 } };
  const files = readEntry(counted, top, { ...entry, linkedTo: realPathOf(top.path) });
  if (counted.seen.entries > MOST_ENTRIES) {
    complain(request, top, {
      message: `more than ${MOST_ENTRIES} files and directories are below it, symbolic links followed`,
      hint: 'look for symbolic links that lead to one another',
    });
  }
  return files.sort((a, b) => compareCodeUnits(a.path, b.path));
}

/** A request on its way, with how much was met so far. */
interface Walk extends ConfRequest {
  readonly seen: { entries: number };
}

function readEntry(request: Walk, place: Place, entry: Entry): ConfFile[] {
  if (++request.seen.entries > MOST_ENTRIES) return [];
  request.journal.looked(place.path);
  if (entry.kind === 'missing') return [];
  if (entry.kind === 'unusable') {
    complain(request, place, `found ${entry.what}, expected a regular file or a directory`);
    return [];
  }
  if (entry.linkedTo !== undefined && !staysInside(request, place, entry.linkedTo)) return [];
  return entry.kind === 'directory' ? readDirectory(request, place) : readFile(request, place, entry.mode);
}

function staysInside(request: ConfRequest, place: Place, real: string): boolean {
  request.journal.looked(real);
  const within = (boundary: string): boolean => real === boundary || real.startsWith(boundary + sep);
  if (request.boundaries.some(within)) return true;
  complain(request, place, {
    message: `the symbolic link leaves the template, to ${shown(real)}`,
    hint: 'copy what it names into the template',
  });
  return false;
}

function readDirectory(request: Walk, place: Place): ConfFile[] {
  const real = realPathOf(place.path);
  if (place.above.includes(real)) {
    complain(request, place, 'the symbolic link leads to a directory that holds it');
    return [];
  }
  const names = namesIn(place.path);
  if (!names.ok) {
    complain(request, place, `the directory cannot be listed (${names.error})`);
    return [];
  }
  return names.value.flatMap((name) => {
    if (request.seen.entries > MOST_ENTRIES) return [];
    const below: Place = {
      path: join(place.path, name),
      relative: place.relative === '' ? name : `${place.relative}/${name}`,
      above: [...place.above, real],
    };
    if (isPlainName(name)) return readEntry(request, below, lookAt(below.path));
    complain(request, below, {
      message: 'the name is not UTF-8 or holds a control character',
      hint: 'rename it',
    });
    return [];
  });
}

// Node decodes a name that is not UTF-8 with replacement characters, and such a name opens nothing.
function isPlainName(name: string): boolean {
  return !/[\p{Cc}\uFFFD]/u.test(name);
}

function readFile(request: ConfRequest, place: Place, mode: number): ConfFile[] {
  const bytes = request.checks.has(place.relative) ? readText(place.path) : readBytes(place.path);
  if (!bytes.ok) {
    complain(request, place, `the file cannot be read (${bytes.error})`);
    return [];
  }
  checkText(request, place, bytes.value);
  return [
    {
      path: place.relative,
      file: place.path,
      digest: digestOf(bytes.value),
      mode: (mode & 0o111) === 0 ? 0o644 : 0o755,
      size: bytes.value.length,
    },
  ];
}

function checkText(request: ConfRequest, place: Place, bytes: Buffer): void {
  const check = request.checks.get(place.relative);
  if (check === undefined) return;
  const { lines, findings } = linesOf(bytes);
  request.journal.noteFindings(`${request.shownAs}/${place.relative}`, [...findings, ...check(lines)]);
}

function complain(
  request: ConfRequest,
  place: Place,
  fault: string | { readonly message: string; readonly hint: string },
): void {
  const file = place.relative === '' ? request.shownAs : `${request.shownAs}/${place.relative}`;
  request.journal.note({
    file,
    ...(typeof fault === 'string' ? { message: fault } : fault),
    severity: 'error',
  });
}
