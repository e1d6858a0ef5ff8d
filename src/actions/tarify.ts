import type { CanonicalValue } from '../base/index.js';
import type { TarifyStep } from '../graph/index.js';
import { type ActionKind, authored } from './kind.js';
import { packedOf } from './outputs.js';

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

  /** Loaded with what packs: only here is anything packed outside a worker. */
  async run(step, context, deps) {
    const { runTarify } = await import('./run-tarify.js');
    return runTarify(step, context, deps);
  },
};
