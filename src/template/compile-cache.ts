import type { Digest } from '../base/index.js';
import {
  type CopyDestination,
  type DeviceNode,
  GraphBuilder,
  inputsOf,
  type PackageSource,
  type RootfsFormat,
  type Step,
  type StepId,
  stepId,
} from '../graph/index.js';
import type { Compiled } from './compile.js';
import { addRootfs } from './compile-rootfs.js';
import type { CopySource } from './copy-source.js';
import type { ResolvedHook } from './model.js';

/** One thing to do after the packages are installed. */
export type CacheWork =
  | { readonly kind: 'copy'; readonly source: CopySource; readonly destination: CopyDestination }
  | { readonly kind: 'hook'; readonly hook: ResolvedHook }
  | { readonly kind: 'command'; readonly command: string };

/** How a root file system becomes an archive. */
export interface ArchiveRequest {
  /** Absolute path of the archive. */
  readonly output: string;
  readonly format: RootfsFormat;
  readonly level: number;
  readonly devices: readonly DeviceNode[];
  /** Patterns of paths to leave out. */
  readonly exclude: readonly string[];
}

export interface CacheRequest extends ArchiveRequest {
  readonly source: PackageSource;
  readonly packages: readonly string[];
  /** In the order in which it is done. */
  readonly work: readonly CacheWork[];
  /** Seconds; without it the date of the snapshot is taken. */
  readonly sourceDateEpoch?: number;
}

/** The target's name, and what the ids of its own steps begin with. */
const NAME = 'cache';

/**
 * The graph of mkve-cache: the steps of a bundle up to the packages, then what the command line says in its order,
 * then an archive instead of a bundle.
 */
export function compileCache(request: CacheRequest): Compiled {
  const { source, work, output, format, level, devices, exclude } = request;
  const builder = new GraphBuilder<Step>(inputsOf);
  const installed = addRootfs(builder, request);
  const from = addWork(builder, work, { from: installed, architecture: source.architecture });
  const pack = builder.add({
    kind: 'pack',
    id: stepId(`${NAME}:pack`),
    pool: 'work',
    from,
    ...{ format, level, devices },
    ...(exclude.length === 0 ? {} : { exclude }),
  });
  return finished(builder, { pack, output });
}

export interface TarifyRequest extends ArchiveRequest {
  /** Absolute, without symbolic links. */
  readonly directory: string;
  readonly tree: Digest;
  /** Blob with the tree's directories. */
  readonly objects: Digest;
  /** Seconds: the mtime of added device nodes. */
  readonly deviceTime: number;
}

/** The graph of `mkve-cache --tarify-only`: nothing but an archive of what is there. */
export function compileTarify(request: TarifyRequest): Compiled {
  const builder = new GraphBuilder<Step>(inputsOf);
  const { output, ...content } = request;
  const pack = builder.add({ kind: 'tarify', id: stepId(`${NAME}:tarify`), pool: 'work', ...content });
  return finished(builder, { pack, output });
}

function finished(
  builder: GraphBuilder<Step>,
  { pack, output }: { readonly pack: StepId; readonly output: string },
): Compiled {
  const step = builder.add({ kind: 'archive', id: stepId(`${NAME}:archive`), pool: 'work', pack, output });
  return { graph: builder.build(), targets: [{ name: NAME, step, output }] };
}

/** A hook of such a name is told apart as if it came again. */
const OWN_STEPS = ['pack', 'archive'];

function addWork(
  builder: GraphBuilder<Step>,
  work: readonly CacheWork[],
  start: { readonly from: StepId; readonly architecture: string },
): StepId {
  // There is no template, and hooks may run under `set -u` all the same.
  const env = { MKVE_TEMPLATE: '', MKVE_HYPERVISOR: '', MKVE_VERSION: '', MKVE_ARCH: start.architecture };
  const seen = new Map(OWN_STEPS.map((name) => [name, 1]));
  let { from } = start;
  for (const one of work) {
    const name = one.kind === 'hook' ? one.hook.name : one.kind;
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    const id = stepId(`${NAME}:${name}${times === 1 ? '' : `~${times}`}`);
    from = builder.add(stepOf(one, { id, from, env }));
  }
  return from;
}

function stepOf(
  work: CacheWork,
  { id, from, env }: { readonly id: StepId; readonly from: StepId; readonly env: Record<string, string> },
): Step {
  const common = { id, pool: 'work', from } as const;
  if (work.kind === 'copy') return { ...common, ...work };
  if (work.kind === 'command') return { ...common, ...work, env };
  return { ...common, ...work, env, network: 'none' };
}
