import {
  type Graph,
  GraphBuilder,
  inputsOf,
  type PackageSource,
  type RootfsFormat,
  type Step,
  type StepId,
  stepId,
  type Target,
} from '../graph/index.js';
import { factsOf, type HypervisorFacts } from '../hypervisor/index.js';
import { addRootfs } from './compile-rootfs.js';
import { hookEnvironment } from './hook-environment.js';
import type { ResolvedTemplate } from './model.js';
import { type PackageSets, requestedPackages } from './packages.js';

/** One target as the user declared it. */
export interface TargetRequest {
  readonly template: ResolvedTemplate;
  /** Absolute path of the bundle. */
  readonly output: string;
  /** Hooks that may reach the network, by name. */
  readonly network: readonly string[];
  /** Where it is not packed as the hypervisor has it; a level comes with its format. */
  readonly pack?: { readonly format?: RootfsFormat; readonly level?: number };
}

export interface CompileRequest {
  readonly targets: readonly TargetRequest[];
  readonly source: PackageSource;
  readonly sets: PackageSets;
  readonly sign: { readonly key?: string } | false;
  /** Seconds; without it the date of the snapshot is taken. */
  readonly sourceDateEpoch?: number;
}

export interface Compiled {
  readonly graph: Graph<Step>;
  readonly targets: readonly Target[];
}

/**
 * The graph that builds all targets:
 *
 *     snapshot ─▶ resolve ─▶ base ─▶ resolve ─▶ packages ─▶ hook … hook ─▶ pack ─┬─▶ metainfo ─▶ sign ─▶ bundle
 *                                                                       conf ─┴────────────────────▶
 *
 * Targets share every step up to `packages` that is the same for them.
 */
export function compile(request: CompileRequest): Compiled {
  const builder = new GraphBuilder<Step>(inputsOf);
  const targets = request.targets.map((target) => addTarget(builder, request, target));
  return { graph: builder.build(), targets };
}

/** What a format is compressed with unless somebody says otherwise: the programs' own defaults. */
const USUAL_LEVEL = { 'tar.gz': 6, 'tar.zst': 3, tar: 0 } as const;

function packingOf(
  usual: HypervisorFacts['rootfs'],
  wanted: TargetRequest['pack'] = {},
): { readonly format: RootfsFormat; readonly level: number } {
  const { format = usual.format } = wanted;
  const level = format === usual.format ? usual.level : USUAL_LEVEL[format];
  return { format, level: wanted.level ?? level };
}

function addTarget(builder: GraphBuilder<Step>, request: CompileRequest, target: TargetRequest): Target {
  const { template, output } = target;
  const name = `${template.name}/${template.hypervisor}`;
  const requested = requestedPackages(template.packages, template.hypervisor, request.sets);
  const packages = [...requested.values()].flat();
  const installed = addRootfs(builder, { ...request, packages });
  const hooked = addHooks(builder, target, {
    name,
    from: installed,
    architecture: request.source.architecture,
  });
  const { rootfs, devices } = factsOf(template.hypervisor);
  const pack = builder.add({
    kind: 'pack',
    id: stepId(`${name}:pack`),
    pool: 'work',
    from: hooked,
    ...packingOf(rootfs, target.pack),
    devices,
  });
  const conf = builder.add({ kind: 'conf', id: stepId(`${name}:conf`), pool: 'work', files: template.conf });
  const members = { pack, conf };
  const metainfo = builder.add({
    kind: 'metainfo',
    id: stepId(`${name}:metainfo`),
    pool: 'work',
    ...members,
    describes: { ...describesOf(template, request.source), ...requestedOf(requested) },
  });
  const signature = addSign(builder, request, { name, metainfo });
  const step = builder.add({
    kind: 'bundle',
    id: stepId(`${name}:bundle`),
    pool: 'work',
    metainfo,
    ...members,
    ...signature,
    output,
  });
  return { name, step, output };
}

/** What the other steps of a target are called: a hook of such a name is told apart as if it came again. */
const OWN_STEPS = ['pack', 'conf', 'metainfo', 'sign', 'bundle'];

function addHooks(
  builder: GraphBuilder<Step>,
  { template, network }: TargetRequest,
  start: { readonly name: string; readonly from: StepId; readonly architecture: string },
): StepId {
  const env = hookEnvironment(template, start.architecture);
  const seen = new Map(OWN_STEPS.map((name) => [name, 1]));
  let from = start.from;
  for (const hook of template.hooks) {
    const times = (seen.get(hook.name) ?? 0) + 1;
    seen.set(hook.name, times);
    from = builder.add({
      kind: 'hook',
      id: stepId(`${start.name}:${hook.name}${times === 1 ? '' : `~${times}`}`),
      pool: 'work',
      from,
      hook,
      env,
      network: network.includes(hook.name) ? 'host' : 'none',
    });
  }
  return from;
}

function addSign(
  builder: GraphBuilder<Step>,
  { sign }: CompileRequest,
  { name, metainfo }: { readonly name: string; readonly metainfo: StepId },
): { readonly signature?: StepId } {
  if (sign === false) return {};
  const key = sign.key === undefined ? {} : { key: sign.key };
  return {
    signature: builder.add({ kind: 'sign', id: stepId(`${name}:sign`), pool: 'sign', metainfo, ...key }),
  };
}

function requestedOf(requested: ReadonlyMap<string, readonly string[]>) {
  return requested.size === 0 ? {} : { requested: Object.fromEntries(requested) };
}

function describesOf(template: ResolvedTemplate, source: PackageSource) {
  const { name, hypervisor, version, vendor, license } = template;
  return {
    name,
    hypervisor,
    version,
    architecture: source.architecture,
    ...(vendor === undefined ? {} : { vendor }),
    ...(license === undefined ? {} : { license }),
  };
}
