/**
 * What the user configures: the mkvefile (TypeScript, run by tsx) and the bundle-config of mkve-bundle (a bash
 * program). Both become plain checked data here. This door is what `import … from 'mkve'` opens, so nothing behind
 * it may load zod or tsx before a function needs them.
 */
export { BACKENDS } from './backends.js';
export { type BundleConfigRequest, type LoadedBundleConfig, loadBundleConfig } from './bundle-config.js';
export type { BundleConfig } from './bundle-settings.js';
export { keepCompiled } from './compiled.js';
export type {
  CacheConfig,
  HypervisorConfig,
  InlineHypervisorConfig,
  InlineTemplateConfig,
  MkveConfig,
  NativeTemplateConfig,
  PackConfig,
  SignConfig,
  TemplateOutputConfig,
} from './config.js';
export { defineConfig } from './config.js';
export {
  type DnfOptions,
  type DnfPackages,
  dnf,
  type HasherOptions,
  type HasherPackages,
  hasher,
  type MmdebstrapOptions,
  type MmdebstrapPackages,
  type MmdebstrapVariant,
  mmdebstrap,
  type PackagesConfig,
  type RootfsOptions,
  type RootfsPackages,
  rootfs,
} from './config-packages.js';
export { findMkvefile, MKVEFILE } from './find.js';
export type { KeptPlace } from './kept-entry.js';
export { type LoadRequest, loadMkvefile, type MkvefileFault } from './load.js';
export type {
  LoadedConfig,
  LoadedInlineTemplate,
  LoadedMkvefile,
  LoadedNativeTemplate,
  LoadedTemplate,
} from './loaded.js';
export { type OutputPattern, type OutputValues, outputFor } from './output.js';
export { bytesOf } from './size.js';
