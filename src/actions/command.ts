import type { CommandStep } from '../graph/index.js';
import { type RootfsState, rootfsState } from '../rootfs/index.js';
import { insideEnvironment } from './environment.js';
import { type ActionKind, authored, left } from './kind.js';
import { hasRootfs } from './rootfs-usable.js';
import { runInside } from './run-inside.js';

/** A line of shell that runs where a hook would: the same sandbox, the same environment, never a network. */
export const command: ActionKind<CommandStep> = {
  describe: (step, inputs) => ({
    kind: 'command',
    version: 1,
    inputs: {
      tree: rootfsState(inputs['from']).tree,
      command: step.command,
      env: environmentOf(step, rootfsState(inputs['from'])),
    },
  }),

  inputNames: () => ({
    tree: left('the root file system before it'),
    command: authored('the command'),
    'env.SOURCE_DATE_EPOCH': left('environment SOURCE_DATE_EPOCH'),
  }),

  isUsable: (_step, outputs, deps) => hasRootfs(outputs, deps),

  run(step, context, deps) {
    const state = rootfsState(context.inputs['from']);
    const request = {
      state,
      what: 'the command',
      argv: ['/bin/sh', '-c', step.command],
      env: environmentOf(step, state),
      network: 'none',
      files: [],
    } as const;
    return runInside(request, { step: step.id, context }, deps);
  },
};

function environmentOf(step: CommandStep, from: RootfsState): Readonly<Record<string, string>> {
  return { ...insideEnvironment(from.sourceDateEpoch), ...step.env };
}
