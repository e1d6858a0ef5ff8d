import { join, resolve } from 'node:path';

import { err, ok, type Result } from '../base/index.js';
import type { DeviceNode } from '../graph/index.js';
import { usualDevices } from '../hypervisor/index.js';
import type { Failure, Verbosity } from '../report/index.js';
import { type ArchiveRequest, packageNameFault } from '../template/index.js';
import { allOf, has, lastOf, type MkveCacheOption, type OrderedOptions } from './options/index.js';
import { readLocking, type SingleRunLocking } from './single-run-locking.js';
import { type SourceArguments, sourceMistake } from './source-arguments.js';

type Given = OrderedOptions<MkveCacheOption>;

/** One of the options whose order counts, as it was written. */
export interface WorkArgument {
  readonly kind: 'copy' | 'hook' | 'command';
  readonly text: string;
}

interface CommonArguments {
  readonly archive: ArchiveRequest;
  readonly verbosity: Verbosity;
  /** Absolute. */
  readonly logfile?: string;
}

/** What one run of mkve-cache is to do. */
export type CacheArguments =
  | (CommonArguments & {
      readonly kind: 'build';
      readonly packages: readonly string[];
      readonly work: readonly WorkArgument[];
      readonly source: SourceArguments;
      readonly locking: SingleRunLocking;
    })
  /** `rootfs` is absolute. */
  | (CommonArguments & { readonly kind: 'tarify'; readonly rootfs: string });

/**
 * Checks what can be checked without looking at the disk.
 * @param where.cwd absolute: what relative paths start from
 * @param where.temporary absolute: the directory of the default output
 */
export function readCacheArguments(
  given: Given,
  where: { readonly cwd: string; readonly temporary: string },
): Result<CacheArguments, Failure> {
  const mistake = mistakeIn(given);
  if (mistake !== undefined) return err({ kind: 'usage-wrong', ...mistake });
  const rootfs = lastOf(given, 'tarify-only');
  const logfile = lastOf(given, 'logfile');
  const common = {
    archive: archiveOf(given, where),
    verbosity: verbosityOf(given),
    ...(logfile === undefined ? {} : { logfile: resolve(where.cwd, logfile) }),
  };
  if (rootfs !== undefined) return ok({ ...common, kind: 'tarify', rootfs: resolve(where.cwd, rootfs) });
  const locking = readLocking((name) => has(given, name));
  if (!locking.ok) return locking;
  return ok({
    ...common,
    kind: 'build',
    packages: given.operands,
    work: workOf(given),
    source: sourceOf(given),
    locking: locking.value,
  });
}

function sourceOf(given: Given): SourceArguments {
  const backend = lastOf(given, 'backend');
  const suite = lastOf(given, 'suite');
  const arch = lastOf(given, 'arch');
  const rootfs = lastOf(given, 'rootfs');
  const hshWorkdir = lastOf(given, 'hsh-workdir');
  return {
    ...(backend === undefined ? {} : { backend }),
    ...(suite === undefined ? {} : { suite }),
    mirrors: allOf(given, 'mirror'),
    ...(arch === undefined ? {} : { arch }),
    ...(rootfs === undefined ? {} : { rootfs }),
    ...(hshWorkdir === undefined ? {} : { hshWorkdir }),
    packageDirs: allOf(given, 'package-dir'),
  };
}

function archiveOf(
  given: Given,
  { cwd, temporary }: { readonly cwd: string; readonly temporary: string },
): ArchiveRequest {
  const isCompressed = has(given, 'gzip');
  const byDefault = join(temporary, isCompressed ? 'output.tar.gz' : 'output.tar');
  const devices: readonly DeviceNode[] = has(given, 'create-fake-devices') ? usualDevices : [];
  return {
    output: resolve(cwd, lastOf(given, 'output') ?? byDefault),
    format: isCompressed ? 'tar.gz' : 'tar',
    level: isCompressed ? GZIP_LEVEL : 0,
    devices,
    exclude: allOf(given, 'exclude'),
  };
}

/** gzip's own default. */
const GZIP_LEVEL = 6;

const ORDERED: readonly string[] = ['copy', 'hook', 'command'] satisfies readonly WorkArgument['kind'][];

function workOf({ given }: Given): readonly WorkArgument[] {
  return given
    .filter(({ name }) => ORDERED.includes(name))
    .map(({ name, value }) => ({ kind: name as WorkArgument['kind'], text: value }));
}

function verbosityOf(given: Given): Verbosity {
  if (has(given, 'quiet')) return 'quiet';
  return has(given, 'verbose') ? 'verbose' : 'normal';
}

interface Mistake {
  readonly message: string;
  readonly hint?: string;
}

function mistakeIn(given: Given): Mistake | undefined {
  return (
    mistakeInArchive(given) ??
    (has(given, 'tarify-only')
      ? tarifyMistake(given)
      : (buildMistake(given) ?? sourceMistake(sourceOf(given))))
  );
}

function mistakeInArchive(given: Given): Mistake | undefined {
  const output = lastOf(given, 'output');
  if (output === '-')
    return { message: "output: expected a file, found '-'", hint: 'mkve-cache writes no standard output' };
  if (output !== undefined && /(?:^|\/)\.{0,2}$/.test(output))
    return { message: `output: expected a file, found the directory '${output}'` };
  if (allOf(given, 'exclude').includes('')) return { message: 'exclude: expected a pattern, found nothing' };
  if (has(given, 'verbose') && has(given, 'quiet'))
    return { message: 'verbose and quiet exclude each other', hint: 'leave one of them out' };
  return undefined;
}

const NOT_WITH_TARIFY = [
  ...(['copy', 'hook', 'command', 'suite', 'mirror', 'arch', 'backend'] as const),
  ...(['rootfs', 'package-dir', 'hsh-workdir'] as const),
  ...(['locked', 'offline', 'update'] as const),
];

function tarifyMistake(given: Given): Mistake | undefined {
  if (lastOf(given, 'tarify-only') === '')
    return { message: 'tarify-only: expected a directory, found nothing' };
  const options = NOT_WITH_TARIFY.filter((name) => has(given, name)).map((name) => `--${name}`);
  const packages = given.operands.length === 0 ? [] : [`the packages ${given.operands.join(', ')}`];
  const idle = [...options, ...packages];
  if (idle.length === 0) return undefined;
  return { message: `--tarify-only installs and runs nothing: leave out ${idle.join(' and ')}` };
}

function buildMistake(given: Given): Mistake | undefined {
  for (const name of given.operands) {
    const fault = packageNameFault(name);
    if (fault !== undefined) return { message: fault };
  }
  const empty = given.given.find(({ name, value }) => ORDERED.includes(name) && value.trim() === '');
  if (empty !== undefined) return { message: `option '--${empty.name}' needs a value, found nothing` };
  if (given.operands.length > 0 || has(given, 'output') || workOf(given).length > 0) return undefined;
  return {
    message: 'no package is given',
    hint: 'name packages, or write --output FILE for the base system alone; --tarify-only ROOTFS packs what is there',
  };
}
