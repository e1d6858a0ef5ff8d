/**
 * Bundle format 1 (SPEC section 5), usable without the engine: writing, reading, signing, verifying and inspecting
 * `.bun` files. It knows nothing of how a rootfs is made or packed, and prints nothing. The only folder that
 * imports node-tar.
 */
export type { ArchiveFault } from './archive-faults.js';
export { type ArchiveMember, readArchive, type Visit } from './archive-reader.js';
export {
  type ArchiveContent,
  type ArchiveWriteFailure,
  type MemberSource,
  type Part,
  writeArchive,
} from './archive-writer.js';
export { writeBundleFile } from './bundle-file.js';
export { type BundleInput, openBundle } from './bundle-input.js';
export { type CheckSignatureRequest, checkSignature } from './check-signature.js';
export type { WrittenFile } from './chunked-output.js';
export { type BundleFault, describeFault } from './faults.js';
export { type BundleView, inspectBundle } from './inspect.js';
export {
  type Compression,
  compareMemberPaths,
  confPath,
  isConfPath,
  METAINFO_PATH,
  memberPathFault,
  PACKAGES_PATH,
  rootfsPath,
  SIGNATURE_PATH,
} from './member-paths.js';
export {
  BUNDLE_FORMAT,
  type MemberEntry,
  type MemberMode,
  type Metainfo,
  type MetainfoMember,
  memberMode,
  modeBits,
  type RootfsEntry,
  rootfsOf,
  writeMetainfo,
} from './metainfo.js';
export { MAX_SOURCE_DATE_EPOCH, parseMetainfo } from './metainfo-parse.js';
export { type ClaimedIssuer, claimedIssuer } from './openpgp-issuer.js';
export { type InstalledPackage, parsePackagesJson, writePackagesJson } from './packages-json.js';
export { type SignFailure, type SignRequest, sign } from './sign.js';
export { describeSignature, type SignatureOutcome } from './signature-outcome.js';
export { type SignatureChecker, type VerifyReport, type VerifyRequest, verifyBundle } from './verify.js';
