import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { type ActionDeps, ActionExecutor } from '../../../src/actions/index.js';
import { digestOf } from '../../../src/base/index.js';
import type { RunContext } from '../../../src/engine/index.js';
import { type Step, stepId } from '../../../src/graph/index.js';
import { openStore } from '../../../src/store/index.js';
import { privateDirectory } from '../../support/template-tree.js';

/** An executor none of whose steps gets as far as a worker or a program. */
async function executor(directory: string): Promise<ActionExecutor> {
  const store = await openStore(join(directory, 'store'));
  if (!store.ok) throw new Error(store.error.detail);
  const deps: ActionDeps = {
    store: store.value,
    caller: { uid: 1000, gid: 1000, name: 'somebody' },
    workers: {
      call: () => Promise.reject(new Error('nothing may run')),
    },
    tools: { versionOf: () => '1' },
    runner: () => Promise.reject(new Error('nothing may run')),
    preflight: () => Promise.resolve(undefined),
    environment: {},
    network: 'allowed',
    limits: { processes: 64, memoryBytes: 2 ** 30, diskBytes: 2 ** 30 },
    writer: undefined,
    version: '0',
  };
  return new ActionExecutor(deps);
}

const context: RunContext = {
  inputs: {
    from: { rootfs: { tree: digestOf('tree'), layers: [], packs: [], sourceDateEpoch: 0 } },
  },
  output: () => undefined,
  warn: () => undefined,
  progress: () => undefined,
  signal: new AbortController().signal,
};

describe('a file that was changed after its digest went into a key', () => {
  it.each([
    [
      'a hook',
      (file: string): Step => ({
        kind: 'hook',
        id: stepId('tiny/lxc:hook'),
        pool: 'work',
        from: stepId('base'),
        hook: { name: 'hook', file, digest: digestOf('before'), args: [] },
        env: {},
        network: 'none',
      }),
    ],
    [
      'a conf file',
      (file: string): Step => ({
        kind: 'conf',
        id: stepId('tiny/lxc:conf'),
        pool: 'work',
        files: [{ path: 'notes', file, digest: digestOf('before'), mode: 0o644, size: 6 }],
      }),
    ],
  ])('fails %s, and nothing of it comes under the key', async (_what, stepOf) => {
    const directory = privateDirectory();
    const file = join(directory, 'file');
    writeFileSync(file, 'after');
    const ran = await (await executor(directory)).run(stepOf(file), context);
    expect(ran).toEqual({ ok: false, error: { kind: 'input-changed', file } });
  });
});
