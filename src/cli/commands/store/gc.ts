import { count, formatSize, jsonRecord } from '../../../report/index.js';
import type { Collected } from '../../../store/index.js';
import { fail } from '../../main.js';
import { has, type ParsedOptions } from '../../options/index.js';
import { progressLine } from '../../progress-line.js';
import type { StoreWork } from './index.js';

type GcWork = Omit<StoreWork, 'options'> & { readonly options: ParsedOptions<'dry-run' | 'json' | 'quiet'> };

/** `mkve cache gc` and `mkve cache clear`: removes what is unneeded, and what is above the limit or all. */
export async function gc({ command, session, options }: GcWork, extent: 'limit' | 'clear'): Promise<number> {
  const { streams, signal, host } = command;
  const line = progressLine(host.now);
  const mode = has(options, 'dry-run') ? 'look' : 'collect';
  // Only a worker can delete the files of layers.
  const lacking = mode === 'collect' ? await session.preflight() : undefined;
  if (lacking !== undefined) return fail('mkve', lacking, streams);
  try {
    const collected = await session.care.collect({
      extent,
      mode,
      patience: 'wait',
      signal,
      onProgress: (done, total) => line.show(`removing: ${done} of ${total}`),
    });
    line.clear();
    if (collected === undefined) return 0;
    if (has(options, 'json')) streams.out(recordOf(collected, mode, session.care.limit.bytes));
    else if (!has(options, 'quiet'))
      for (const said of linesOf(collected, mode, session.care.limit.bytes)) streams.out(said);
    return 0;
  } finally {
    line.clear();
  }
}

function recordOf(collected: Collected, mode: 'collect' | 'look', limitBytes: number): string {
  const { records, items, before, after, inUse } = collected;
  return jsonRecord({
    type: 'collection',
    removed: mode === 'collect',
    results: actionsIn(collected),
    segments: records.length - actionsIn(collected),
    files: items.length,
    removedBytes: before - after,
    bytes: after,
    inUseBytes: inUse,
    limitBytes,
  });
}

function linesOf(collected: Collected, mode: 'collect' | 'look', limit: number): readonly string[] {
  const { records, before, after, inUse } = collected;
  const verb = mode === 'collect' ? 'removed' : 'would remove';
  const results = actionsIn(collected);
  const parts = [count(results, 'result'), `${count(records.length - results, 'record')} of segments`];
  const rest = `${formatSize(after)} left, the limit is ${formatSize(limit)}`;
  return [
    `${verb} ${formatSize(before - after)} (${parts.join(', ')}); ${rest}`,
    ...(inUse > 0 ? [`${formatSize(inUse)} may be in use by running builds and was left alone`] : []),
    ...(after > limit && mode === 'collect' && inUse === 0
      ? ['the store is above its limit still: what is left is pinned, or is the snapshot of a repository']
      : []),
  ];
}

function actionsIn({ records }: Collected): number {
  return records.filter(({ kind }) => kind === 'action').length;
}
