import { bug, err, ok } from '../base/index.js';
import type { SignStep } from '../graph/index.js';
import { type ActionKind, authored, left } from './kind.js';
import { loadBundle } from './load-bundle.js';
import { metainfoBlob, signatureBlob } from './outputs.js';

/** Signs as the calling user, outside of any namespace, with the user's gpg-agent. */
export const sign: ActionKind<SignStep> = {
  describe: ({ key }, inputs) => ({
    kind: 'sign',
    version: 1,
    inputs: { metainfo: metainfoBlob(inputs['metainfo']), key: key ?? null },
  }),

  inputNames: () => ({ metainfo: left('metainfo.json'), key: authored('signing key') }),

  async isUsable(_step, outputs, { store }) {
    return (await store.blobs.size(signatureBlob(outputs))) !== undefined;
  },

  async run({ key }, { inputs, signal }, { store, runner, environment }) {
    const blob = metainfoBlob(inputs['metainfo']);
    const bytes = (await store.blobs.get(blob)) ?? bug(`no blob ${blob}`);
    const request = { runner: await runner(), env: environment, bytes, signal };
    const { sign: signBytes } = await loadBundle();
    const signed = await signBytes(key === undefined ? request : { ...request, key });
    if (signed.ok) return ok({ signature: await store.blobs.put(signed.value) });
    if (signal.aborted) return err({ kind: 'cancelled' });
    const { detail, hint } = signed.error;
    return err({ kind: 'signing-failed', detail, ...(hint === undefined ? {} : { hint }) });
  },
};
