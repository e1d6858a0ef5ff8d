import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';

import { err, messageOf, ok, type Result } from '../../base/index.js';
import { MKVEFILE } from '../../mkvefile/index.js';
import type { Failure } from '../../report/index.js';
import { hypervisorNameFault, skeletonFiles, templateNameFault } from '../../template/index.js';
import { type Command, fail } from '../main.js';
import {
  allOf,
  has,
  lastOf,
  type mkveCommands,
  type OptionNames,
  type ParsedOptions,
} from '../options/index.js';
import { writeNewTemplate } from '../write-template.js';
import { DEFAULT_HYPERVISORS } from './template.js';

type Options = ParsedOptions<OptionNames<typeof mkveCommands.init.options>>;

interface InitRequest {
  /** Absolute. */
  readonly directory: string;
  readonly name: string;
  readonly hypervisors: readonly string[];
}

/** `mkve init`: a project that builds as it is. */
export function initCommand(command: Command, options: Options): Promise<number> {
  const { host, streams } = command;
  const request = readArguments(options, host.cwd);
  if (!request.ok) return Promise.resolve(fail('mkve', request.error, streams));
  const written = writeProject(request.value);
  if (!written.ok) return Promise.resolve(fail('mkve', written.error, streams));
  if (!has(options, 'quiet')) {
    for (const path of written.value) streams.out(`wrote    ${path}`);
    const place = relative(host.cwd, request.value.directory);
    streams.out(`build it: ${place === '' ? '' : `cd ${place} && `}mkve build`);
  }
  return Promise.resolve(0);
}

function readArguments(options: Options, cwd: string): Result<InitRequest, Failure> {
  const [written = '.', ...more] = options.operands;
  if (more.length > 0)
    return wrong(`expected one directory, found ${options.operands.length}: ${options.operands.join(', ')}`);
  const directory = resolve(cwd, written);
  const name = lastOf(options, 'name') ?? basename(directory);
  const nameFault = templateNameFault(name);
  if (nameFault !== undefined) return wrong(nameFault, 'give the template another name with --name');
  const wanted = [...new Set(allOf(options, 'hypervisor'))];
  const fault = wanted.map(hypervisorNameFault).find((found) => found !== undefined);
  if (fault !== undefined) return wrong(`hypervisor: ${fault}`);
  return ok({ directory, name, hypervisors: wanted.length === 0 ? DEFAULT_HYPERVISORS : wanted });
}

/** The files of others in the directory stay as they are; of ours none may be there. */
function writeProject({ directory, name, hypervisors }: InitRequest): Result<readonly string[], Failure> {
  const mkvefile = join(directory, MKVEFILE);
  const template = join(directory, 'templates', name);
  for (const path of [mkvefile, template])
    if (existsSync(path)) return wrong(`${path} is there already, and nothing is overwritten`);
  try {
    mkdirSync(dirname(template), { recursive: true });
    const made = writeNewTemplate(template, skeletonFiles({ name, hypervisors }));
    if (!made.ok) return made;
    writeFileSync(mkvefile, mkvefileFor(name), { flag: 'wx' });
    return ok([mkvefile, template]);
  } catch (thrown) {
    return err({ kind: 'output-unwritable', path: directory, detail: messageOf(thrown) });
  }
}

function mkvefileFor(name: string): string {
  return `// What is built here: mkve build; and again with every change: mkve watch. An editor shows what each key means.
import { defineConfig } from 'mkve';

export default defineConfig({
  templates: {
    '${name}': { path: './templates/${name}' },
  },
  // Packages come from this machine's own distribution and mirrors. Another one: packages: mmdebstrap({ suite: 'bookworm' }).
  packages: 'auto',
  // { key: 'ops@example.org' } signs the bundles; {} signs them with gpg's default key.
  sign: false,
});
`;
}

function wrong(message: string, hint?: string): Result<never, Failure> {
  return err({ kind: 'usage-wrong', message, ...(hint === undefined ? {} : { hint }) });
}
