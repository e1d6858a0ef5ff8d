import { bug } from '../../base/index.js';
import { serveWorker } from '../../rootfs/index.js';
import { copyFiles } from './copy-files.js';
import { makeBase } from './make-base.js';
import { packRootfs } from './pack-rootfs.js';
import { removeTree } from './remove-tree.js';
import { runCommand } from './run-command.js';
import { verifyLayer } from './verify-layer.js';

/** The program of a worker. Its argument is the path under which it sees the store. */
serveWorker(process.argv[2] ?? bug('a worker needs the path of the store'), {
  'copy-files': copyFiles,
  'make-base': makeBase,
  'pack-rootfs': packRootfs,
  'remove-tree': removeTree,
  'run-command': runCommand,
  'verify-layer': verifyLayer,
});
