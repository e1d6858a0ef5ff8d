import { bug } from '../../base/index.js';
import { serveWorker } from '../../rootfs/index.js';
import { storeAt } from '../../store/index.js';
import { copyFiles } from './copy-files.js';
import { installRpms } from './install-rpms.js';
import { keepShell } from './keep-shell.js';
import { makeBase } from './make-base.js';
import { packRootfs } from './pack-rootfs.js';
import { readFiles } from './read-files.js';
import { removeTree } from './remove-tree.js';
import { runCommand } from './run-command.js';
import { setOwner } from './set-owner.js';
import { packLayer, unpackLayer } from './transfer-layer.js';
import { unpackRootfs } from './unpack-rootfs.js';
import { verifyLayer } from './verify-layer.js';

/** The program of a worker. Its arguments are the path under which it sees the store, and where its segments are. */
const [, , root = bug('a worker needs the path of the store'), segments] = process.argv;
serveWorker(storeAt(root, { segments, clock: Date.now }), {
  'copy-files': copyFiles,
  'install-rpms': installRpms,
  'keep-shell': keepShell,
  'make-base': makeBase,
  'pack-rootfs': packRootfs,
  'pack-layer': packLayer,
  'read-files': readFiles,
  'remove-tree': removeTree,
  'run-command': runCommand,
  'set-owner': setOwner,
  'unpack-layer': unpackLayer,
  'unpack-rootfs': unpackRootfs,
  'verify-layer': verifyLayer,
});
