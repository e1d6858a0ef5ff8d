/**
 * Where packages come from: one file a backend behind one interface, and the private roots in which the host's
 * package tools resolve and download. A backend knows its host tools and their errors; which step runs when, and
 * what is cached, is decided elsewhere.
 */
export type { Abilities, Backend, Metadata, RepositoryBackend } from './backend.js';
export { BACKENDS, backendOf, repositoryBackendOf } from './backends.js';
export type { BoxOptions, ListFile, PackageBox, ResolvedPackage } from './box.js';
export { type Choice, chooseBackend } from './choose-backend.js';
export { type DpkgPackage, readDpkgStatus } from './dpkg-status.js';
export { foreignNeeds } from './foreign.js';
export { type AptConfiguration, type GivenApt, repositoriesOf } from './given-apt.js';
export {
  type HasherCommand,
  hasherAptConf,
  hasherFailure,
  initRoot,
  installCommands,
  makeAptbox,
  packageDirectories,
  packCommand,
  removeChroot,
  workdirFault,
} from './hasher-commands.js';
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
export { type BackendOptions, backendForHost, readSource, type SourceHost } from './read-source.js';
export {
  RPM_QUERY,
  RPM_TIDY,
  type RpmPackage,
  readRpmQuery,
  rpmCommand,
} from './rpm-install.js';
export { checkRpmSignatures } from './rpm-keys.js';
