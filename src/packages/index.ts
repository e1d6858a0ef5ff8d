/**
 * Where packages come from: one folder entry a backend. A backend knows its host tools and their errors; which step
 * runs when, and what is cached, is decided elsewhere.
 */
export { AptBox, type AptBoxPaths, type ListFile } from './apt-box.js';
export { stanzasOf } from './apt-index.js';
export { authorizedUri, debFileName } from './deb-place.js';
export { type DpkgPackage, readDpkgStatus } from './dpkg-status.js';
export {
  BASE_SCRIPT_ENV,
  BASE_SCRIPTS,
  baseCommand,
  INSTALL_SCRIPT,
  oneLineSources,
  suppliedFields,
  suppliedRelease,
  variantPatterns,
} from './mmdebstrap.js';
export type { ResolvedPackage } from './resolved-package.js';
export { hostArchitecture, hostSuite, packageSource, type SourceOptions } from './source.js';
