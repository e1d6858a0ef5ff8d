import { readFile } from 'node:fs/promises';

import { type CanonicalValue, digestOf, err, messageOf, ok } from '../base/index.js';
import type { ConfStep } from '../graph/index.js';
import { type ActionKind, authored } from './kind.js';
import { type ConfMember, confMembers } from './outputs.js';

/** Files for whoever creates the container; no hook sees them. */
export const conf: ActionKind<ConfStep> = {
  describe: ({ files }) => ({
    kind: 'conf',
    version: 1,
    inputs: { files: files.map(({ path, digest, mode }) => ({ path, digest, mode })) },
  }),

  inputNames: () => ({ files: authored('conf files') }),

  async isUsable(_step, outputs, { store }) {
    const sizes = await Promise.all(confMembers(outputs).map(({ blob }) => store.blobs.size(blob)));
    return sizes.every((size) => size !== undefined);
  },

  async run({ files }, _context, { store }) {
    const members: ConfMember[] = [];
    for (const { path, file, digest, mode } of files) {
      let bytes: Buffer;
      try {
        bytes = await readFile(file);
      } catch (thrown) {
        return err({ kind: 'input-unreadable', file, detail: messageOf(thrown) });
      }
      if (digestOf(bytes) !== digest) return err({ kind: 'input-changed', file });
      members.push({ path, blob: await store.blobs.put(bytes), size: bytes.length, mode });
    }
    return ok({ files: members as unknown as CanonicalValue });
  },
};
