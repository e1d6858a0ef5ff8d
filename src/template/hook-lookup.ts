import { join } from 'node:path';

import { closestTo, digestOf } from '../base/index.js';
import type { Finding } from '../hypervisor/index.js';
import { describeEntry, lookAt, namesIn, readBytes } from './entry.js';
import type { ResolvedHook } from './model.js';
import { shown } from './names.js';
import { familyHint, stockCallOf } from './stock-call.js';

/** Where hooks are looked for, in this order; all absolute. */
export interface HookPlaces {
  /** The template's `hooks/` and then each hooks directory. */
  readonly directories: readonly string[];
  /** The stock hooks that this package ships. */
  readonly stock: string;
}

export interface HookFinding extends Finding {
  /** `list`: the list names what is nowhere. `hook`: the file is at fault, whichever list names it. */
  readonly about: 'list' | 'hook';
}

export interface HookLookup {
  /** Absent when a finding says why. */
  readonly hook?: ResolvedHook;
  readonly findings: readonly HookFinding[];
  /** Every path looked at, absolute. */
  readonly reads: readonly string[];
}

interface Candidate {
  readonly path: string;
  readonly args: readonly string[];
}

/** A lookup that remembers: a template's hypervisors mostly list the same hooks. */
export function hookFinder(places: HookPlaces): (name: string) => HookLookup {
  const known = new Map<string, HookLookup>();
  return (name) => {
    const lookup = known.get(name) ?? lookUpHook(name, places);
    known.set(name, lookup);
    return lookup;
  };
}

/** The first place that has anything of that name decides: a hook that cannot run there is an error, not a miss. */
export function lookUpHook(name: string, places: HookPlaces): HookLookup {
  const reads: string[] = [];
  for (const candidate of candidatesOf(name, places)) {
    reads.push(candidate.path);
    const lookup = resolveHook(name, candidate);
    if (lookup !== undefined) return { ...lookup, reads: [...reads, ...lookup.reads] };
  }
  return { findings: [notFound({ name, places, reads })], reads };
}

/**
 * Makes a hook of the file at a path.
 * @returns undefined when there is nothing at all
 */
export function resolveHook(name: string, candidate: Candidate): HookLookup | undefined {
  const { path, args } = candidate;
  const entry = lookAt(path);
  if (entry.kind === 'missing') return undefined;
  if (entry.kind !== 'file') {
    return faulty({
      message: `hook ${shown(name)}: ${path} is ${describeEntry(entry)}, expected an executable file`,
      hint: 'put the executable in its place, or remove it so that the search goes on',
      code: 'hook-unusable',
    });
  }
  const reads = entry.linkedTo === undefined ? [] : [entry.linkedTo];
  if ((entry.mode & 0o111) === 0) {
    return faulty(
      {
        message: `hook ${shown(name)}: ${path} is not executable`,
        hint: `run: chmod +x ${shellWord(path)}`,
        code: 'hook-not-executable',
      },
      reads,
    );
  }
  const bytes = readBytes(path);
  if (!bytes.ok) {
    const message = `hook ${shown(name)}: ${path} cannot be read (${bytes.error})`;
    return faulty({ message, code: 'hook-unusable' }, reads);
  }
  const hook = { name, file: path, digest: digestOf(bytes.value), args };
  return { hook, findings: startFindings(bytes.value, path), reads };
}

function candidatesOf(name: string, places: HookPlaces): readonly Candidate[] {
  const own = places.directories.map((directory) => ({ path: join(directory, name), args: [] }));
  const call = stockCallOf(name);
  return call === undefined ? own : [...own, { path: join(places.stock, call.file), args: call.args }];
}

function faulty(
  fault: { readonly message: string; readonly hint?: string; readonly code: string },
  reads: readonly string[] = [],
): HookLookup {
  return { findings: [{ ...fault, severity: 'error', about: 'hook' }], reads };
}

const START = { severity: 'warning', about: 'hook', code: 'hook-start' } as const;

/** execve(2) starts an ELF file or one that begins with `#!`; anything else is ENOEXEC, and so is a mark before it. */
function startFindings(bytes: Buffer, path: string): readonly HookFinding[] {
  if (bytes.subarray(0, 4).equals(Buffer.from('\x7fELF', 'latin1'))) return [];
  if (bytes.subarray(0, 2).toString('latin1') !== '#!') {
    const message = `${path} begins neither with '#!' nor as an ELF program, so the kernel cannot run it`;
    return [{ message, hint: "make '#!/bin/sh' its first line", ...START }];
  }
  const newline = bytes.indexOf('\n');
  if (newline < 1 || bytes[newline - 1] !== 0x0d) return [];
  const message = `the first line of ${path} ends in CR LF, so the kernel looks for an interpreter whose name ends in CR`;
  return [{ message, hint: 'save the file with LF line ends', ...START }];
}

function notFound(search: {
  readonly name: string;
  readonly places: HookPlaces;
  readonly reads: readonly string[];
}): HookFinding {
  const { name, places, reads } = search;
  const message = `hook ${shown(name)} was not found; looked at ${reads.join(', ')}`;
  const hint = familyHint(name) ?? nearHint(name, places);
  return {
    message,
    ...(hint === undefined ? {} : { hint }),
    severity: 'error',
    about: 'list',
    code: 'hook-missing',
  };
}

function nearHint(name: string, places: HookPlaces): string | undefined {
  const names = [...places.directories, places.stock].flatMap((directory) => {
    const listed = namesIn(directory);
    return listed.ok ? listed.value : [];
  });
  const near = closestTo(name, names);
  return near === undefined ? undefined : `did you mean ${near}?`;
}

/** A path as it can be pasted into a shell. */
function shellWord(path: string): string {
  return /^[A-Za-z0-9_./+:@%=,-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
