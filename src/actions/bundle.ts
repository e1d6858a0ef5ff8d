import { rm } from 'node:fs/promises';

import { bug, type Digest, err, isDigest, ok } from '../base/index.js';
import type { MemberSource } from '../bundle/index.js';
import type { BundleStep } from '../graph/index.js';
import type { Store } from '../store/index.js';
import { type ActionKind, type Inputs, left } from './kind.js';
import { loadBundle } from './load-bundle.js';
import { rootfsMember } from './metainfo.js';
import { confMembers, metainfoBlob, packedOf, signatureBlob } from './outputs.js';

/**
 * The finished file. It lies where the user wants it and not in the store, so a cached result counts only while the
 * file there is still the one it describes.
 */
export const bundle: ActionKind<BundleStep> = {
  describe: (step, inputs) => ({
    kind: 'bundle',
    version: 1,
    inputs: {
      metainfo: metainfoBlob(inputs['metainfo']),
      signature: step.signature === undefined ? null : signatureBlob(inputs['signature']),
    },
  }),

  inputNames: () => ({ metainfo: left('metainfo.json'), signature: left('signature') }),

  isUsable: ({ output }, outputs, { store }) =>
    store.outputs.isCurrent(output, bundleDigest(outputs['bundle'])),

  async run(step, { inputs }, { store }) {
    const { writeBundleFile } = await loadBundle();
    const members = await membersOf(step, inputs, store);
    const { sourceDateEpoch } = packedOf(inputs['pack']);
    const written = await writeBundleFile(step.output, { members, sourceDateEpoch });
    if (!written.ok) {
      const { kind, path, detail } = written.error;
      if (kind === 'output-unwritable') return err({ kind, path, detail });
      // Whichever segment it is: what is damaged is not to be found again.
      await rm(path, { force: true });
      return err({ kind: 'store-damaged', detail: `${path}: ${detail}` });
    }
    const digest = written.value.digest;
    await store.outputs.remember(step.output, digest);
    return ok({ bundle: digest, size: written.value.size });
  },
};

function bundleDigest(value: unknown): Digest {
  return isDigest(value) ? value : bug('a bundle without digest');
}

async function membersOf(step: BundleStep, inputs: Inputs, store: Store): Promise<readonly MemberSource[]> {
  const { confPath, METAINFO_PATH, PACKAGES_PATH, SIGNATURE_PATH } = await loadBundle();
  const packed = packedOf(inputs['pack']);
  const signature =
    step.signature === undefined ? [] : [{ path: SIGNATURE_PATH, blob: signatureBlob(inputs['signature']) }];
  const documents = [
    { path: METAINFO_PATH, blob: metainfoBlob(inputs['metainfo']), mode: 0o644 },
    ...signature.map((member) => ({ ...member, mode: 0o644 })),
    ...confMembers(inputs['conf']).map(({ path, blob, mode }) => ({ path: confPath(path), blob, mode })),
    { path: PACKAGES_PATH, blob: packed.packages, mode: 0o644 },
  ];
  const small = await Promise.all(documents.map((document) => blobMember(document, store)));
  const parts = packed.segments.map(
    ({ blob, size }) => ({ kind: 'file', path: store.blobs.pathOf(blob), size, digest: blob }) as const,
  );
  return [...small, { path: await rootfsMember(packed.format), mode: 0o644, size: packed.size, parts }];
}

async function blobMember(
  { path, blob, mode }: { readonly path: string; readonly blob: Digest; readonly mode: number },
  store: Store,
): Promise<MemberSource> {
  const bytes = (await store.blobs.get(blob)) ?? bug(`no blob ${blob}`);
  return { path, mode, size: bytes.length, parts: [{ kind: 'bytes', bytes }] };
}
