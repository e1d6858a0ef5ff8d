import { readFile } from 'node:fs/promises';

import { digestOf, err, messageOf, ok, type Result } from '../base/index.js';
import type { HookStep } from '../graph/index.js';
import type { Failure } from '../report/index.js';
import { type RootfsState, rootfsState } from '../rootfs/index.js';
import { insideEnvironment } from './environment.js';
import { type ActionKind, authored, left } from './kind.js';
import { hasRootfs } from './rootfs-usable.js';
import { runInside } from './run-inside.js';

/** A hook: an executable that runs inside, after the packages, as root of the root file system and nothing else. */
export const hook: ActionKind<HookStep> = {
  describe: (step, inputs) => ({
    kind: 'hook',
    version: 1,
    inputs: {
      tree: rootfsState(inputs['from']).tree,
      hook: { name: step.hook.name, digest: step.hook.digest, args: step.hook.args },
      env: environmentOf(step, rootfsState(inputs['from'])),
      network: step.network,
    },
  }),

  inputNames: ({ hook: { file } }) => ({
    tree: left('the root file system before it'),
    'hook.digest': authored(`file ${file}: content`),
    'hook.args': authored('arguments of the hook'),
    'env.SOURCE_DATE_EPOCH': left('environment SOURCE_DATE_EPOCH'),
  }),

  isUsable: (_step, outputs, deps) => hasRootfs(outputs, deps),

  async run(step, context, deps) {
    if (step.network === 'host' && deps.network === 'offline')
      return err({ kind: 'offline-lacks', missing: [`the network for hook ${step.hook.name}`] });
    const from = rootfsState(context.inputs['from']);
    const file = await hookAtHand(step);
    if (!file.ok) return file;
    const request = {
      state: from,
      what: `hook ${step.hook.name}`,
      argv: [file.value.path, ...step.hook.args],
      env: environmentOf(step, from),
      network: step.network,
      files: [file.value],
    };
    return runInside(request, { step: step.id, context }, deps);
  },
};

function environmentOf(step: HookStep, from: RootfsState): Readonly<Record<string, string>> {
  return { ...insideEnvironment(from.sourceDateEpoch), ...step.env };
}

/** A hook as it is put into the root file system. */
export interface HookAtHand {
  /** Under /tmp. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** The bytes that the key was made of, or a failure when the file has changed since. */
export async function hookAtHand({
  hook: { name, file, digest },
}: HookStep): Promise<Result<HookAtHand, Failure>> {
  try {
    const bytes = await readFile(file);
    if (digestOf(bytes) !== digest) return err({ kind: 'input-changed', file });
    return ok({ path: `/tmp/mkve/${name}`, bytes });
  } catch (thrown) {
    return err({ kind: 'input-unreadable', file, detail: messageOf(thrown) });
  }
}
