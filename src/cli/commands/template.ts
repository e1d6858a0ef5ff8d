import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

import { err, hasErrorCode, messageOf, ok, type Result } from '../../base/index.js';
import type { Failure } from '../../report/index.js';
import {
  hypervisorNameFault,
  type SkeletonFile,
  skeletonFiles,
  templateNameFault,
} from '../../template/index.js';
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

const PROGRAM = 'mkve-template';

/** Containers, which need nothing but a root file system: openvz is the original's own. */
const DEFAULT_HYPERVISORS = ['openvz', 'lxc'];

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
    const written = writeNew(directory, files);
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

/** All of it appears at once; a directory that is there must be empty. */
function writeNew(directory: string, files: readonly SkeletonFile[]): Result<void, Failure> {
  const staged = join(dirname(directory), `.mkve-${randomBytes(6).toString('hex')}.tmp`);
  try {
    if (readdirSync(directory).length > 0)
      return wrong(`${directory} is not empty, and nothing is overwritten`, 'name a new directory');
  } catch (thrown) {
    if (hasErrorCode(thrown, 'ENOTDIR')) return wrong(`${directory} is there and is no directory`);
    if (!hasErrorCode(thrown, 'ENOENT')) return unwritable(directory, thrown);
  }
  try {
    for (const { path, text, mode } of files) {
      const file = join(staged, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      chmodSync(file, mode);
    }
    // rename(2) replaces an empty directory, and fails where somebody has put something into it since.
    renameSync(staged, directory);
    return ok(undefined);
  } catch (thrown) {
    rmSync(staged, { recursive: true, force: true });
    return unwritable(directory, thrown);
  }
}

function unwritable(path: string, thrown: unknown): Result<never, Failure> {
  return err({ kind: 'output-unwritable', path, detail: messageOf(thrown) });
}

function wrong(message: string, hint?: string): Result<never, Failure> {
  return err({ kind: 'usage-wrong', message, ...(hint === undefined ? {} : { hint }) });
}
