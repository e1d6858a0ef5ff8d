import { bug, type Digest, hexOf, ok } from '../base/index.js';
import type { MetainfoMember } from '../bundle/index.js';
import type { MetainfoStep, RootfsFormat } from '../graph/index.js';
import { type ActionKind, authored, EPOCH, type Inputs, left } from './kind.js';
import { loadBundle } from './load-bundle.js';
import { confMembers, metainfoBlob, packedOf } from './outputs.js';

/** metainfo.json: what the bundle is and the digest of every other member. */
export const metainfo: ActionKind<MetainfoStep> = {
  describe: ({ describes }, inputs, { version }) => {
    const { digest, size, plainDigest, plainSize, format, packages, packageCount, sourceDateEpoch } =
      packedOf(inputs['pack']);
    return {
      kind: 'metainfo',
      version: 1,
      inputs: {
        describes,
        mkve: version,
        rootfs: { format, digest, size, plainDigest, plainSize },
        packages: { digest: packages, count: packageCount },
        conf: confMembers(inputs['conf']).map(({ path, blob, mode }) => ({ path, digest: blob, mode })),
        sourceDateEpoch,
      },
    };
  },

  inputNames: () => ({
    rootfs: left('the packed root file system'),
    packages: left('packages.json'),
    conf: left('conf files'),
    mkve: authored('version of mkve'),
    'describes.requested': authored('package list'),
    sourceDateEpoch: left(EPOCH),
  }),

  async isUsable(_step, outputs, { store }) {
    return (await store.blobs.size(metainfoBlob(outputs))) !== undefined;
  },

  async run({ describes }, { inputs }, { store, version }) {
    const { packages, packageCount, sourceDateEpoch } = packedOf(inputs['pack']);
    const { BUNDLE_FORMAT, writeMetainfo } = await loadBundle();
    const bytes = writeMetainfo({
      format: BUNDLE_FORMAT,
      name: describes.name,
      template_version: describes.version,
      hypervisor: describes.hypervisor,
      arch: describes.architecture,
      ...(describes.vendor === undefined ? {} : { vendor: describes.vendor }),
      ...(describes.license === undefined ? {} : { license: describes.license }),
      source_date_epoch: sourceDateEpoch,
      mkve: version,
      packages: { digest: packages, count: packageCount },
      ...(describes.requested === undefined ? {} : { requested: describes.requested }),
      members: await membersOf(
        inputs,
        async (blob) => (await store.blobs.size(blob)) ?? bug(`no blob ${blob}`),
      ),
    });
    return ok({ metainfo: await store.blobs.put(bytes) });
  },
};

const COMPRESSION = { 'tar.gz': 'gzip', 'tar.zst': 'zstd', tar: 'none' } as const;

async function membersOf(
  inputs: Inputs,
  sizeOf: (blob: Digest) => Promise<number>,
): Promise<readonly MetainfoMember[]> {
  const { confPath, memberMode, PACKAGES_PATH } = await loadBundle();
  const packed = packedOf(inputs['pack']);
  const plain = { size: packed.plainSize, sha256: hexOf(packed.plainDigest) };
  return [
    ...confMembers(inputs['conf']).map(({ path, blob, size, mode }) => ({
      path: confPath(path),
      size,
      sha256: hexOf(blob),
      mode: memberMode(mode),
    })),
    {
      path: PACKAGES_PATH,
      size: await sizeOf(packed.packages),
      sha256: hexOf(packed.packages),
      mode: '0644',
    },
    {
      path: await rootfsMember(packed.format),
      size: packed.size,
      sha256: hexOf(packed.digest),
      mode: '0644',
      compression: COMPRESSION[packed.format],
      plain,
    },
  ];
}

export async function rootfsMember(format: RootfsFormat): Promise<string> {
  const { rootfsPath } = await loadBundle();
  return rootfsPath(COMPRESSION[format]);
}
