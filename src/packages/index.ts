/**
 * Where packages come from: one folder entry a backend. A backend knows its host tools and their errors; which step
 * runs when, and what is cached, is decided elsewhere.
 */
export { AptBox, type AptBoxPaths, type ListFile, type ResolvedPackage } from './apt-box.js';
export { type DpkgPackage, readDpkgStatus } from './dpkg-status.js';
export {
  BASE_SCRIPT_ENV,
  BASE_SCRIPTS,
  baseCommand,
  INSTALL_SCRIPT,
  oneLineSources,
  variantPatterns,
} from './mmdebstrap.js';
export { hostArchitecture, hostSuite, packageSource, type SourceOptions } from './source.js';
