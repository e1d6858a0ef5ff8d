/**
 * The frontend's first half: templates, native directories and inline ones alike, read and checked into one model.
 * Nothing after this folder asks again whether a name is legal or a hook exists.
 */
export { type Compiled, type CompileRequest, compile, type TargetRequest } from './compile.js';
export {
  type ArchiveRequest,
  type CacheRequest,
  type CacheWork,
  compileCache,
  compileTarify,
  type TarifyRequest,
} from './compile-cache.js';
export { type CopySource, readCopySource } from './copy-source.js';
export { hookEnvironment } from './hook-environment.js';
export { type HookLookup, type HookPlaces, lookUpHook, resolveHook } from './hook-lookup.js';
export { type InlineTemplateRequest, readInlineTemplate } from './inline.js';
export type { InlineHypervisor, InlineTemplate } from './inline-model.js';
export { memberPath } from './key-path.js';
export { lineagesOf } from './lineages.js';
export type {
  ConfFile,
  ResolvedHook,
  ResolvedTemplate,
  TemplateFaults,
  TemplateReading,
} from './model.js';
export {
  hookNameFault,
  hypervisorNameFault,
  packageNameFault,
  plainLineFault,
  templateNameFault,
  versionFault,
} from './names.js';
export { type NativeTemplateRequest, readNativeTemplate } from './native.js';
export { nestingFaults, type PackageSets, requestedPackages, type SetFault } from './packages.js';
export { type SkeletonFile, skeletonFiles } from './skeleton.js';
