import { bug, type Digest, isDigest, ok } from '../base/index.js';
import type { ArchiveStep } from '../graph/index.js';
import { writeArchiveFile } from './archive-file.js';
import { type ActionKind, left } from './kind.js';
import { packedOf } from './outputs.js';

/**
 * A packed root file system as a file of its own. Like a bundle it lies where the user wants it, so a cached result
 * counts only while the file there is still the one it describes.
 */
export const archive: ActionKind<ArchiveStep> = {
  describe: (_step, inputs) => ({
    kind: 'archive',
    version: 1,
    inputs: { rootfs: packedOf(inputs['pack']).digest },
  }),

  inputNames: () => ({ rootfs: left('the packed root file system') }),

  isUsable: ({ output }, outputs, { store }) =>
    store.outputs.isCurrent(output, archiveDigest(outputs['archive'])),

  async run({ output }, { inputs, signal }, { store }) {
    const { segments, digest, size } = packedOf(inputs['pack']);
    const written = await writeArchiveFile(output, segments, { blobs: store.blobs, signal });
    if (!written.ok) return written;
    await store.outputs.remember(output, digest);
    return ok({ archive: digest, size });
  },
};

function archiveDigest(value: unknown): Digest {
  return isDigest(value) ? value : bug('an archive without digest');
}
