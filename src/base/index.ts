/**
 * Words every other folder may use and none of which belongs to mkve's subject: results, digests, canonical
 * JSON, ordering, publishing a file atomically, running a command. Nothing here knows what a template is.
 */
export { assertNever, bug } from './bug.js';
export { type CanonicalValue, canonicalJson } from './canonical-json.js';
export type { CommandOutcome, CommandRequest, CommandRunner } from './command.js';
export { type Digest, digestFromHex, digestOf, hexOf, isDigest, parseDigest } from './digest.js';
export { hasErrorCode, messageOf } from './errors.js';
export { type DiffLine, diffLines, unifiedDiff } from './line-diff.js';
export { compareCodeUnits } from './order.js';
export { linkOrCopy, publishFile, publishStaged } from './publish.js';
export { READ_ENTRY } from './read-flags.js';
export { err, ok, type Result } from './result.js';
export { seal, unseal } from './seal.js';
export { shortened } from './shorten.js';
export { closestTo } from './suggest.js';
export { withoutCredentials } from './uri.js';
