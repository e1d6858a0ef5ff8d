import { join } from 'node:path';

import { factsOf } from '../hypervisor/index.js';
import { parseVersion } from './assignment.js';
import { readConf } from './conf-files.js';
import { describeEntry, lookAt, readText } from './entry.js';
import type { HookReporter } from './hook-reporter.js';
import type { Journal } from './journal.js';
import { hookList, type ListReading, packageList, parseList } from './list.js';
import type { ResolvedTemplate } from './model.js';
import { plainLineFault } from './names.js';
import { linesOf } from './text.js';

export interface NativeTargetRequest {
  readonly name: string;
  readonly hypervisor: string;
  /** The template's directory, absolute. */
  readonly directory: string;
  readonly realDirectory: string;
  readonly hooks: HookReporter;
  /** The target's own. */
  readonly journal: Journal;
}

/** A file of the template: its bytes, or why there are none. A problem was noted for `unusable`. */
type FileReading =
  | { readonly kind: 'read'; readonly bytes: Buffer }
  | { readonly kind: 'missing' | 'unusable' };

/** Reads what a template says for one hypervisor; undefined when a problem, which is noted, leaves it without sense. */
export function readTarget(request: NativeTargetRequest): ResolvedTemplate | undefined {
  const { name, hypervisor, journal } = request;
  const version = readVersion(request);
  const packages = readPackages(request);
  const hooks = readHooks(request);
  const conf = readConf({
    directory: join(request.directory, 'conf', hypervisor),
    shownAs: `conf/${hypervisor}`,
    boundaries: [request.realDirectory],
    checks: factsOf(hypervisor).confChecks,
    journal,
  });
  const vendor = readPlainLine(request, 'vendor');
  const license = readPlainLine(request, 'license');
  if (version === undefined) return undefined;
  const words = {
    ...(vendor === undefined ? {} : { vendor }),
    ...(license === undefined ? {} : { license }),
  };
  return { name, hypervisor, version, packages, hooks, conf, ...words, reads: journal.reads };
}

/** Reads `FOLDER/HV` or `FILE`, relative to the template; a missing one is left to the caller to judge. */
export function readTemplateFile(where: {
  readonly directory: string;
  readonly file: string;
  readonly journal: Journal;
}): FileReading {
  const { directory, file, journal } = where;
  const path = join(directory, file);
  journal.looked(path);
  const entry = lookAt(path);
  if (entry.kind === 'missing') return { kind: 'missing' };
  const bytes = entry.kind === 'file' ? readText(path) : undefined;
  if (bytes?.ok) return { kind: 'read', bytes: bytes.value };
  const message =
    bytes === undefined
      ? `found ${describeEntry(entry)}, expected a text file`
      : `the file cannot be read (${bytes.error})`;
  journal.note({ file, message, severity: 'error' });
  return { kind: 'unusable' };
}

function readVersion(request: NativeTargetRequest): string | undefined {
  const { directory, hypervisor, journal } = request;
  const file = `version/${hypervisor}`;
  const reading = readTemplateFile({ directory, file, journal });
  if (reading.kind === 'missing') {
    noteMissing(journal, file, `a line template_version=VERSION for ${hypervisor}`);
  }
  if (reading.kind !== 'read') return undefined;
  const { version, findings } = parseVersion(reading.bytes);
  journal.noteFindings(file, findings);
  return version;
}

function readPackages(request: NativeTargetRequest): readonly string[] {
  const { directory, hypervisor, journal } = request;
  const file = `packages-lists/${hypervisor}`;
  const reading = readTemplateFile({ directory, file, journal });
  if (reading.kind === 'missing') {
    noteMissing(journal, file, `the packages for ${hypervisor}, one a line (it may be empty)`);
  }
  if (reading.kind !== 'read') return [];
  return noted(journal, file, parseList(reading.bytes, packageList)).entries.map(({ text }) => text);
}

function readHooks(request: NativeTargetRequest): ResolvedTemplate['hooks'] {
  const { directory, hypervisor, hooks, journal } = request;
  const file = `hooks-lists/${hypervisor}`;
  const reading = readTemplateFile({ directory, file, journal });
  if (reading.kind !== 'read') return [];
  const { entries } = noted(journal, file, parseList(reading.bytes, hookList));
  return hooks.resolve({ entries, journal, note: (finding) => journal.noteFindings(file, [finding]) });
}

/** `vendor/HV`, `license/HV`: one line of text, in which `#` is a character like any other unless it begins the line. */
function readPlainLine(request: NativeTargetRequest, folder: 'vendor' | 'license'): string | undefined {
  const { directory, hypervisor, journal } = request;
  const file = `${folder}/${hypervisor}`;
  const reading = readTemplateFile({ directory, file, journal });
  if (reading.kind !== 'read') return undefined;
  const { lines, findings } = linesOf(reading.bytes);
  journal.noteFindings(file, findings);
  const written = [...lines.entries()].filter(([, text]) => text.trim() !== '' && !text.startsWith('#'));
  const [first, second] = written;
  if (second !== undefined) {
    journal.note({
      file,
      line: second[0] + 1,
      message: `expected one line of text, found ${written.length}`,
      severity: 'error',
    });
  }
  if (first === undefined) {
    journal.note({
      file,
      message: 'expected one line of text, found none',
      hint: 'remove the file',
      severity: 'warning',
    });
    return undefined;
  }
  const fault = plainLineFault(first[1]);
  if (fault === undefined) return first[1].trim();
  journal.note({ file, line: first[0] + 1, message: fault, severity: 'error' });
  return undefined;
}

function noteMissing(journal: Journal, file: string, expected: string): void {
  journal.note({ file, message: `the file is missing: expected ${expected}`, severity: 'error' });
}

function noted(journal: Journal, file: string, reading: ListReading): ListReading {
  journal.noteFindings(file, reading.findings);
  return reading;
}
