import { availableParallelism } from 'node:os';

import { bug, type CanonicalValue, err, hasErrorCode, messageOf, ok } from '../base/index.js';
import type { TarifyStep } from '../graph/index.js';
import { addDevices, codecFor, digestHere, digestInThread, excludePaths, packTree } from '../pack/index.js';
import type { Outputs } from '../store/index.js';
import { TreeObjects } from '../tree/index.js';
import { type ActionKind, authored } from './kind.js';
import { packedOf } from './outputs.js';
import { ContentChanged, VerifyingReader } from './verifying-reader.js';

/**
 * A directory of the host as a tar archive. It is none of the store's root file systems: it is read by the caller,
 * outside of any namespace, where owners are the numbers that they are on disk.
 */
export const tarify: ActionKind<TarifyStep> = {
  describe: ({ tree, format, level, devices, exclude, deviceTime }) => ({
    kind: 'tarify',
    version: 1,
    inputs: {
      tree,
      format,
      level,
      exclude,
      devices: devices as unknown as CanonicalValue,
      deviceTime: devices.length === 0 ? null : deviceTime,
    },
  }),

  inputNames: ({ directory }) => ({
    tree: authored(directory),
    devices: authored('device nodes'),
    exclude: authored('excluded paths'),
    deviceTime: authored('time of the device nodes'),
  }),

  async isUsable(_step, outputs, { store }) {
    const sizes = await Promise.all(packedOf(outputs).segments.map(({ blob }) => store.blobs.size(blob)));
    return sizes.every((size) => size !== undefined);
  },

  async run(step, { signal }, { store }) {
    const { directory, format, level, devices, exclude } = step;
    const pack = await store.blobs.get(step.objects);
    if (pack === undefined) return err({ kind: 'store-damaged', detail: `the tree of ${directory} is gone` });
    const objects = new TreeObjects();
    objects.addPack(pack.toString('utf8'));
    const left = excludePaths(objects, step.tree, exclude);
    const reader = new VerifyingReader(directory);
    try {
      const { compressed: _, ...packed } = await packTree({
        objects,
        tree: addDevices(objects, left, { devices, sourceDateEpoch: step.deviceTime }),
        codec: await codecFor(format, { level, cores: availableParallelism(), zstdProgram: noProgram }),
        blobs: store.blobs,
        segments: store.segments,
        contents: {
          open: () => Promise.resolve((member, into) => void reader.read(member).copy(into)),
          release: () => undefined,
        },
        digestOf: (stream) => (stream === 'plain' ? digestInThread() : digestHere()),
        signal,
      });
      return ok({ ...packed, format } as unknown as Outputs);
    } catch (thrown) {
      if (signal.aborted) return err({ kind: 'cancelled' });
      if (thrown instanceof ContentChanged)
        return err({ kind: 'input-changed', file: `${directory}/${thrown.message}` });
      if (!hasErrorCode(thrown, 'ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'ENXIO')) throw thrown;
      return err({ kind: 'input-unreadable', file: directory, detail: messageOf(thrown) });
    }
  },
};

function noProgram(): never {
  return bug('only zstd is compressed by a program');
}
