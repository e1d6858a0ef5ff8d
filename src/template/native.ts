import { basename, join } from 'node:path';

import { err, type Result } from '../base/index.js';
import { conclude } from './conclude.js';
import { describeEntry, lookAt, realPathOf } from './entry.js';
import { hookFinder } from './hook-lookup.js';
import { HookReporter } from './hook-reporter.js';
import { Journal } from './journal.js';
import { hypervisorList, parseList } from './list.js';
import type { ResolvedTemplate, TemplateFaults, TemplateReading } from './model.js';
import { templateNameFault } from './names.js';
import { readTarget, readTemplateFile } from './native-target.js';
import { warnOfUnknownEntries, warnOfUnlistedHypervisors } from './strays.js';

export interface NativeTemplateRequest {
  /** Absolute; a trailing slash does no harm. */
  readonly directory: string;
  /** Default: the name of the directory, symbolic links followed. */
  readonly name?: string;
  /** Absolute, in the order of the search, which begins in the template's own `hooks/`. */
  readonly hookDirectories: readonly string[];
  /** Absolute; searched last. */
  readonly stockHookDirectory: string;
}

/** Reads a template directory, for all of its hypervisors, and reports every problem it has. */
export function readNativeTemplate(request: NativeTemplateRequest): Result<TemplateReading, TemplateFaults> {
  const entry = lookAt(request.directory);
  if (entry.kind !== 'directory') {
    const found = entry.kind === 'missing' ? 'there is no such directory' : `found ${describeEntry(entry)}`;
    const message = `${found}: expected the directory of a template`;
    return err({
      problems: [{ file: request.directory, message, severity: 'error' }],
      reads: [request.directory],
    });
  }
  const journal = new Journal();
  const realDirectory = realPathOf(request.directory);
  journal.looked(request.directory, realDirectory);
  const name = request.name ?? basename(realDirectory);
  const nameFault = templateNameFault(name);
  if (nameFault !== undefined) {
    journal.note({ file: request.directory, message: nameFault, severity: 'error' });
  }
  warnOfUnknownEntries({ directory: request.directory, journal });
  const targets = readTargets({ ...request, name, realDirectory, journal });
  return conclude({ name, targets, journal });
}

interface TargetsRequest extends NativeTemplateRequest {
  readonly name: string;
  readonly realDirectory: string;
  readonly journal: Journal;
}

function readTargets(request: TargetsRequest): readonly ResolvedTemplate[] {
  const { name, directory, realDirectory, journal } = request;
  const hypervisors = readHypervisors({ directory, journal });
  if (hypervisors === undefined) return [];
  warnOfUnlistedHypervisors({ directory, hypervisors, journal });
  const hooks = new HookReporter(
    hookFinder({
      directories: [join(directory, 'hooks'), ...request.hookDirectories],
      stock: request.stockHookDirectory,
    }),
  );
  return hypervisors.flatMap((hypervisor) => {
    const target = readTarget({ name, hypervisor, directory, realDirectory, hooks, journal: journal.fork() });
    return target ?? [];
  });
}

/** Each is a target with a dozen files to look for; there are some ten in the world. */
const MOST_HYPERVISORS = 1000;

/** Undefined when nothing can be said of the rest of the template. */
function readHypervisors(where: {
  readonly directory: string;
  readonly journal: Journal;
}): readonly string[] | undefined {
  const file = 'hypervisors';
  const reading = readTemplateFile({ ...where, file });
  if (reading.kind === 'missing') {
    const message = 'the file is missing: expected the hypervisors that the template supports, one a line';
    where.journal.note({ file, message, severity: 'error' });
  }
  if (reading.kind !== 'read') return undefined;
  const { entries, findings } = parseList(reading.bytes, hypervisorList);
  where.journal.noteFindings(file, findings);
  if (entries.length > MOST_HYPERVISORS) {
    const message = `${entries.length} hypervisors are listed: expected at most ${MOST_HYPERVISORS}`;
    where.journal.note({ file, message, severity: 'error' });
    return undefined;
  }
  if (entries.length > 0) return entries.map(({ text }) => text);
  if (findings.length === 0) {
    where.journal.note({
      file,
      message: 'no hypervisor is listed: expected at least one',
      severity: 'error',
    });
  }
  return undefined;
}
