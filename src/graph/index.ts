/**
 * What is to be built, as plain data: steps, the immutable graph they form, and which of them a target needs.
 * Nothing here reads a file, and nothing here knows whether a step has already run.
 */

export { matchesGlob } from './glob.js';
export { type AnyStep, type Graph, GraphBuilder, stepsInOrder } from './graph.js';
export { inputsOf } from './inputs.js';
export {
  type AptRepository,
  type BackendName,
  type DnfRepository,
  type DnfSource,
  filesOf,
  foundationOf,
  type HasherSource,
  type Keyring,
  type LocalPackage,
  type MmdebstrapSource,
  type PackageSource,
  type RepositorySource,
  type RootfsSource,
  sourceLabel,
} from './package-source.js';
export { isTargetMeant, type Selection, selectTargets } from './select.js';
export type {
  ArchiveStep,
  BaseStep,
  BundleStep,
  CommandStep,
  ConfStep,
  CopiedEntry,
  CopyDestination,
  CopyStep,
  DeviceNode,
  ExactPackage,
  HookStep,
  LockedSnapshot,
  MetainfoStep,
  PackagesStep,
  PackStep,
  PinnedPackages,
  Pool,
  ResolveStep,
  RootfsFormat,
  SignStep,
  SnapshotStep,
  Step,
  StepId,
  StepKind,
  Target,
  TarifyStep,
} from './step.js';
export { stepId } from './step.js';
