import { availableParallelism } from 'node:os';

import { bug, err, hasErrorCode, messageOf, ok, type Result } from '../base/index.js';
import type { RunContext } from '../engine/index.js';
import type { TarifyStep } from '../graph/index.js';
import { addDevices, codecFor, digestHere, digestInThread, excludePaths, packTree } from '../pack/index.js';
import type { Failure } from '../report/index.js';
import type { Outputs } from '../store/index.js';
import { TreeObjects } from '../tree/index.js';
import type { ActionDeps } from './kind.js';
import { ContentChanged, VerifyingReader } from './verifying-reader.js';

/** Packs the directory of a step as it was when the step was made; what has changed since fails it. */
export async function runTarify(
  step: TarifyStep,
  { signal }: RunContext,
  { store }: ActionDeps,
): Promise<Result<Outputs, Failure>> {
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
}

function noProgram(): never {
  return bug('only zstd is compressed by a program');
}
