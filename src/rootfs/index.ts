/**
 * Root file systems: what workers do, overlay mounts, running a command inside, and capturing what it changed. Files that
 * are imported by `worker-host.ts` or by `actions/inside/` run in the worker; the rest runs as the calling user. What
 * commands are run, and why, is decided elsewhere.
 */
export { type Attachment, type AttachRequest, attach, type Namespaces } from './attach.js';
export { captureChanges } from './capture.js';
export { StoreDamage } from './damage.js';
export { flattenIfLong } from './flatten.js';
export { keepLayer } from './keep-layer.js';
export { freeBytes, LayerTooLarge, PathTooLong, withinDisk } from './layer-limit.js';
export {
  mountReadOnly,
  mountRootfs,
  mountTmp,
  type RootfsMount,
  type SetOwner,
  type StackedLayers,
  stackLayers,
  wereMounted,
} from './overlay.js';
export { type RootfsState, rootfsState, stateOutputs } from './rootfs-state.js';
export { runInNewNamespaces } from './run-in-new-namespaces.js';
export {
  type OverlayMount,
  type SandboxLimits,
  type SandboxRequest,
  sandboxArgv,
  sandboxAsFirst,
} from './sandbox.js';
export { scanTree, type TreeScan, type TreeScanRequest } from './scan-tree.js';
export { changesOf } from './scanned-changes.js';
export type { ScannedEntry } from './scanned-entry.js';
export { type Ended, type Spawned, spawnInside } from './spawn-inside.js';
export { syscallFilter } from './syscall-filter.js';
export { TarScanner } from './tar-scanner.js';
export { TreeCache } from './tree-cache.js';
export { serveWorker, type WorkerContext, type WorkerHandlers } from './worker-host.js';
