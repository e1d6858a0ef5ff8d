import { assertNever, type CanonicalValue, ok, type Result } from '../base/index.js';
import type { PackStep, RootfsFormat } from '../graph/index.js';
import type { Failure } from '../report/index.js';
import { rootfsState } from '../rootfs/index.js';
import type { Outputs } from '../store/index.js';
import type { PackRootfsAnswer, PackRootfsArgument } from './inside/pack-rootfs.js';
import { type ActionKind, authored, EPOCH, left } from './kind.js';
import { loadBundle } from './load-bundle.js';
import { nameInStore, packedOf } from './outputs.js';
import type { Tools } from './tool-versions.js';

/** The tree after the last hook as a compressed tar archive. */
export const pack: ActionKind<PackStep> = {
  describe: ({ format, level, devices, exclude }, inputs, { tools }) => ({
    kind: 'pack',
    version: 2,
    inputs: {
      tree: rootfsState(inputs['from']).tree,
      format,
      level,
      compressor: compressorOf(format, tools),
      devices: devices as unknown as CanonicalValue,
      ...(exclude === undefined ? {} : { exclude }),
      sourceDateEpoch: rootfsState(inputs['from']).sourceDateEpoch,
    },
  }),

  inputNames: () => ({
    tree: left('the root file system before it'),
    devices: authored('device nodes'),
    exclude: authored('excluded paths'),
    sourceDateEpoch: left(EPOCH),
  }),

  async isUsable(_step, outputs, { store }) {
    const { segments, packages } = packedOf(outputs);
    const blobs = [...segments.map(({ blob }) => blob), packages];
    const sizes = await Promise.all(blobs.map((blob) => store.blobs.size(blob)));
    return sizes.every((size) => size !== undefined);
  },

  async run(step, context, { store, workers, writer }) {
    const state = rootfsState(context.inputs['from']);
    const staging = await store.staging.create('pack');
    try {
      const { format, level, devices, exclude = [] } = step;
      const argument: PackRootfsArgument = {
        state,
        workspace: nameInStore(store, await store.staging.createInside(staging, writer)),
        format,
        level,
        devices,
        exclude,
      };
      const packed = (await workers.call('pack-rootfs', argument, context)) as Result<
        PackRootfsAnswer,
        Failure
      >;
      if (!packed.ok) return packed;
      const { identity, rootfs, installed } = packed.value;
      if (identity.length > 0) context.warn(identityWarning(identity));
      const { writePackagesJson } = await loadBundle();
      const packages = await store.blobs.put(writePackagesJson(installed));
      const { compressed: _, ...members } = rootfs;
      const outputs = {
        ...members,
        format,
        packages,
        packageCount: installed.length,
        sourceDateEpoch: state.sourceDateEpoch,
      };
      return ok(outputs as unknown as Outputs);
    } finally {
      await store.staging.remove(staging);
    }
  },
};

/** Versions may differ in the bytes they write. */
function compressorOf(format: RootfsFormat, tools: Tools): string {
  const { zlib, zstd } = process.versions as { readonly zlib: string; readonly zstd?: string };
  switch (format) {
    case 'tar.gz':
      return `zlib ${zlib}`;
    case 'tar.zst':
      return zstd === undefined ? `zstd ${tools.versionOf('zstd')} of the program` : `zstd ${zstd} of Node`;
    case 'tar':
      return 'none';
    default:
      return assertNever(format);
  }
}

function identityWarning(paths: readonly string[]): string {
  return `the root file system holds what should differ on every machine: ${paths.join(', ')}; list the hook 90-forget-identity last to remove it`;
}
