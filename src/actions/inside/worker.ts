import { bug } from '../../base/index.js';
import { serveWorker } from '../../rootfs/index.js';
import { storeAt } from '../../store/index.js';
import { copyFiles } from './copy-files.js';
import { makeBase } from './make-base.js';
import { openShell } from './open-shell.js';
import { packRootfs } from './pack-rootfs.js';
import { readFiles } from './read-files.js';
import { removeTree } from './remove-tree.js';
import { runCommand } from './run-command.js';
import { verifyLayer } from './verify-layer.js';

/** The program of a worker. Its arguments are the path under which it sees the store, and where its segments are. */
const [, , root = bug('a worker needs the path of the store'), segments] = process.argv;
serveWorker(storeAt(root, segments), {
  'copy-files': copyFiles,
  'make-base': makeBase,
  'open-shell': openShell,
  'pack-rootfs': packRootfs,
  'read-files': readFiles,
  'remove-tree': removeTree,
  'run-command': runCommand,
  'verify-layer': verifyLayer,
});
