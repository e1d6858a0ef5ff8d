/**
 * What the kinds of steps do: one file a kind, each saying how it is keyed, when its result is usable, and how it
 * runs. Files under `inside/` run in a worker, in a user namespace; the others run as the calling user.
 */
export { insideEnvironment } from './environment.js';
export { ActionExecutor } from './executor.js';
export { type HookAtHand, hookAtHand } from './hook.js';
export type { ActionDeps, FailedVisit } from './kind.js';
export { loadCommandRunner } from './load-command-runner.js';
export { nameInStore } from './outputs.js';
export { packagesLacking } from './packages-lacking.js';
export { readFiles, type WantedFile } from './read-files.js';
export { hasRootfs } from './rootfs-usable.js';
export { discardChanges, openShell, type ShellEnded, type ShellRequest } from './shell.js';
export { snapshotLists } from './snapshot-lists.js';
export { ToolVersions } from './tool-versions.js';
