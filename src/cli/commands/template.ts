import { basename, resolve } from 'node:path';

import { err, ok, type Result } from '../../base/index.js';
import type { Failure } from '../../report/index.js';
import { hypervisorNameFault, skeletonFiles, templateNameFault } from '../../template/index.js';
import { mkveVersion } from '../host.js';
import { type Command, fail } from '../main.js';
import {
  allOf,
  has,
  lastOf,
  type MkveTemplateOption,
  mkveTemplateHelp,
  mkveTemplateOptions,
  type ParsedOptions,
  parseOptions,
  renderHelp,
} from '../options/index.js';
import { writeNewTemplate } from '../write-template.js';

const PROGRAM = 'mkve-template';

/** Containers, which need nothing but a root file system: openvz is the original's own. */
export const DEFAULT_HYPERVISORS = ['openvz', 'lxc'];

/** Writes a template to start from. */
export async function templateCommand(command: Command, argv: readonly string[]): Promise<number> {
  const { host, streams } = command;
  const given = parseOptions(mkveTemplateOptions, argv);
  if (!given.ok) return fail(PROGRAM, given.error, streams);
  if (has(given.value, 'help')) streams.out(renderHelp(mkveTemplateHelp).trimEnd());
  else if (has(given.value, 'version')) streams.out(`${PROGRAM} ${mkveVersion()}`);
  else {
    const request = readArguments(given.value, host.cwd);
    if (!request.ok) return fail(PROGRAM, request.error, streams);
    const { directory, hypervisors } = request.value;
    const files = skeletonFiles(request.value);
    const written = writeNewTemplate(directory, files);
    if (!written.ok) return fail(PROGRAM, written.error, streams);
    if (!has(given.value, 'quiet')) {
      streams.out(`wrote    ${directory}`);
      streams.out(`build it: mkve-bundle --hypervisor ${hypervisors[0]} --output FILE ${directory}`);
    }
  }
  return 0;
}

interface TemplateRequest {
  /** Absolute. */
  readonly directory: string;
  readonly name: string;
  readonly hypervisors: readonly string[];
}

function readArguments(
  given: ParsedOptions<MkveTemplateOption>,
  cwd: string,
): Result<TemplateRequest, Failure> {
  const [written, ...more] = given.operands;
  if (written === undefined || written === '')
    return wrong('no directory is given', 'write mkve-template DIR');
  if (more.length > 0)
    return wrong(`expected one directory, found ${given.operands.length}: ${given.operands.join(', ')}`);
  const directory = resolve(cwd, written);
  const name = lastOf(given, 'name') ?? basename(directory);
  const nameFault = templateNameFault(name);
  if (nameFault !== undefined) return wrong(nameFault, 'give it another one with --name');
  const wanted = [...new Set(allOf(given, 'hypervisor'))];
  const hypervisors = wanted.length === 0 ? DEFAULT_HYPERVISORS : wanted;
  const fault = hypervisors.map(hypervisorNameFault).find((found) => found !== undefined);
  return fault === undefined ? ok({ directory, name, hypervisors }) : wrong(`hypervisor: ${fault}`);
}

function wrong(message: string, hint?: string): Result<never, Failure> {
  return err({ kind: 'usage-wrong', message, ...(hint === undefined ? {} : { hint }) });
}
