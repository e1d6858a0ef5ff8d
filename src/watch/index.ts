/**
 * Watch mode: which paths of the file system matter, what a change of them means for the targets, and when to load and
 * build again. What loading and building are is told from outside.
 */
export { ChokidarFileSource } from './chokidar-source.js';
export { type FileListener, type FileSource, MemoryFileSource, type WatchLimit } from './file-source.js';
export { advance, type Effect, type WatchEvent, type WatchPhase } from './machine.js';
export { type Places, placesOf } from './places.js';
export { changedTargets, signaturesOf, stillWanted, type WatchedTarget } from './signatures.js';
export { type Loaded, type WatchedProject, Watcher, type WatcherPorts } from './watcher.js';
