import { basename, resolve } from 'node:path';

import type { Result } from '../base/index.js';
import { type Finding, factsOf } from '../hypervisor/index.js';
import { conclude } from './conclude.js';
import { readConf } from './conf-files.js';
import { describeEntry, lookAt, realPathOf } from './entry.js';
import { type HookLookup, type HookPlaces, hookFinder, resolveHook } from './hook-lookup.js';
import { HookReporter } from './hook-reporter.js';
import type { InlineHypervisor, InlineTemplate } from './inline-model.js';
import { Journal } from './journal.js';
import { memberPath } from './key-path.js';
import { hookList, type ListKind, type ListReading, packageList, siftEntries } from './list.js';
import type { ConfFile, ResolvedTemplate, TemplateFaults, TemplateReading } from './model.js';
import {
  hookNameFault,
  hypervisorNameFault,
  type NameCheck,
  plainLineFault,
  shown,
  templateNameFault,
  versionFault,
} from './names.js';

export interface InlineTemplateRequest {
  readonly name: string;
  readonly template: InlineTemplate;
  /** Absolute: what relative paths start from. */
  readonly baseDirectory: string;
  /** The file that problems are reported for, as the user would name it: `mkvefile.ts`. */
  readonly mkvefile: string;
  /** Where the template stands in it, as TypeScript would write it: `templates.tiny`. */
  readonly keyPath: string;
  readonly hookDirectories: readonly string[];
  readonly stockHookDirectory: string;
}

/** Reads a template out of an mkvefile and reports every problem it has, by the path of the key. */
export function readInlineTemplate(request: InlineTemplateRequest): Result<TemplateReading, TemplateFaults> {
  const { name, template, keyPath } = request;
  const journal = new Journal();
  const whole: Part = { request, journal, path: keyPath };
  check(whole, name, templateNameFault);
  const hypervisors = Object.entries(template.hypervisors);
  const listed: Part = { ...whole, path: memberPath(keyPath, 'hypervisors') };
  if (hypervisors.length === 0) {
    complain(listed, { message: 'no hypervisor is listed: expected at least one', severity: 'error' });
  }
  const words = readWords(whole);
  const hooks = new HookReporter(hookFinderOf(request));
  const targets = hypervisors.map(([hypervisor, own]): ResolvedTemplate => {
    const part: Part = { request, journal: journal.fork(), path: memberPath(listed.path, hypervisor) };
    check(part, hypervisor, hypervisorNameFault);
    const target = readTarget(part, { hypervisor, own, hooks });
    return {
      name,
      hypervisor,
      version: own.version ?? template.version,
      ...words,
      ...target,
      reads: part.journal.reads,
    };
  });
  return conclude({ name, targets, journal });
}

/** One part of the template, and where problems with it go. */
interface Part {
  readonly request: InlineTemplateRequest;
  readonly journal: Journal;
  /** Its key path. */
  readonly path: string;
}

function readWords(whole: Part): Pick<ResolvedTemplate, 'vendor' | 'license'> {
  const { version, vendor, license } = whole.request.template;
  check(below(whole, 'version'), version, versionFault);
  if (vendor !== undefined) check(below(whole, 'vendor'), vendor, plainLineFault);
  if (license !== undefined) check(below(whole, 'license'), license, plainLineFault);
  return {
    ...(vendor === undefined ? {} : { vendor: vendor.trim() }),
    ...(license === undefined ? {} : { license: license.trim() }),
  };
}

function readTarget(
  part: Part,
  target: { readonly hypervisor: string; readonly own: InlineHypervisor; readonly hooks: HookReporter },
): Pick<ResolvedTemplate, 'packages' | 'hooks' | 'conf'> {
  const { hypervisor, own, hooks } = target;
  if (own.version !== undefined) check(below(part, 'version'), own.version, versionFault);
  const packages = sifted(below(part, 'packages'), own.packages ?? [], packageList);
  const listed = below(part, 'hooks');
  const { entries } = sifted(listed, own.hooks ?? [], inlineHookList);
  return {
    packages: packages.entries.map(({ text }) => text),
    hooks: hooks.resolve({
      entries,
      journal: part.journal,
      note: (finding) => complainOfItem(listed, finding),
    }),
    conf: own.conf === undefined ? [] : readInlineConf(below(part, 'conf'), { hypervisor, conf: own.conf }),
  };
}

const inlineHookList: ListKind = {
  ...hookList,
  faultOf: (written) => hookNameFault(isPath(written) ? basename(written) : written),
};

function sifted(part: Part, written: readonly string[], kind: ListKind): ListReading {
  const entries = written.map((text, index) => ({ text, line: index + 1 }));
  const reading = siftEntries({ entries, kind, placeOf: (line) => `at ${memberPath(part.path, line - 1)}` });
  for (const finding of reading.findings) complainOfItem(part, finding);
  return reading;
}

function readInlineConf(
  part: Part,
  where: { readonly hypervisor: string; readonly conf: string },
): readonly ConfFile[] {
  const { baseDirectory } = part.request;
  const directory = resolve(baseDirectory, where.conf);
  part.journal.looked(directory);
  const entry = lookAt(directory);
  if (entry.kind !== 'directory') {
    const found = entry.kind === 'missing' ? `there is no ${directory}` : `found ${describeEntry(entry)}`;
    complain(part, { message: `${found}: expected a directory`, severity: 'error' });
    return [];
  }
  return readConf({
    directory,
    shownAs: where.conf.replace(/(?<=.)\/+$/, ''),
    boundaries: [realPathOf(baseDirectory), realPathOf(directory)],
    checks: factsOf(where.hypervisor).confChecks,
    journal: part.journal,
  });
}

function hookFinderOf(request: InlineTemplateRequest): (written: string) => HookLookup {
  const places: HookPlaces = { directories: request.hookDirectories, stock: request.stockHookDirectory };
  const findNamed = hookFinder(places);
  return (written) => {
    if (!isPath(written)) return findNamed(written);
    const path = resolve(request.baseDirectory, written);
    const found = resolveHook(basename(path), { path, args: [] });
    if (found !== undefined) return { ...found, reads: [path, ...found.reads] };
    const message = `hook ${shown(written)} was not found: there is no ${path}`;
    return { findings: [{ message, severity: 'error', about: 'list', code: 'hook-missing' }], reads: [path] };
  };
}

function isPath(written: string): boolean {
  return /^\.{0,2}\//.test(written);
}

function below(part: Part, key: string | number): Part {
  return { ...part, path: memberPath(part.path, key) };
}

function check(part: Part, text: string, faultOf: NameCheck): void {
  const message = faultOf(text);
  if (message !== undefined) complain(part, { message, severity: 'error' });
}

function complainOfItem(list: Part, finding: Finding): void {
  const { line, ...rest } = finding;
  complain(line === undefined ? list : below(list, line - 1), rest);
}

function complain(part: Part, finding: Omit<Finding, 'line'>): void {
  part.journal.note({ file: part.request.mkvefile, ...finding, message: `${part.path}: ${finding.message}` });
}
