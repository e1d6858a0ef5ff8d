/**
 * Where results are kept between builds: blobs by digest, action results by action key, layers by id, and what ran
 * last. Plain files shared by any number of mkve processes; readers verify what they read, so a damaged entry is a
 * miss and never a wrong result. Every port has an in-memory twin for tests.
 */
export type { ActionCache, ActionResult, Claim, Lookup, Outputs } from './action-cache.js';
export { type BlobStore, DiskBlobStore, MemoryBlobStore } from './blob-store.js';
export type { Collected, Damage, Inventory, StoredItem, StoredRecord, TransferFault } from './care/index.js';
export { DiskActionCache } from './disk-action-cache.js';
export { bootId, type ProcessIdentity } from './identity.js';
export { KeyLock } from './key-lock.js';
export { allLastRuns, type LastRun, LastRuns, type Lineages } from './last-runs.js';
export {
  type KeptTimeline,
  LastTimeline,
  type Timeline,
  type TimelineRest,
  type TimelineRun,
} from './last-timeline.js';
export { LayerStore } from './layer-store.js';
export { loadCare } from './load-care.js';
export { lockName } from './locked-blobs.js';
export { MemoryActionCache } from './memory-action-cache.js';
export { openStore, type Store, type StoreFault, type StoreOwner, storeAt } from './open.js';
export { OutputRecords } from './output-records.js';
export { stagedBeside, sweepBeside } from './output-staging.js';
export { Pins, type ProjectPins } from './pins.js';
export { publishEntry } from './publish-entry.js';
export { readEntryText } from './read-entry.js';
export { Reproducibility } from './reproducibility.js';
export { RunningBuilds } from './running-builds.js';
export { type PlainPiece, type Segment, SegmentIndex } from './segment-index.js';
export { Staging } from './staging.js';
