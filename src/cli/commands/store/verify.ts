import type { Digest } from '../../../base/index.js';
import { count, formatSize, jsonRecord } from '../../../report/index.js';
import { loadCare } from '../../../store/index.js';
import { fail } from '../../main.js';
import { has } from '../../options/index.js';
import { progressLine } from '../../progress-line.js';
import type { StoreWork } from './index.js';

/** Later than any file of a layer: times are compared as they are. */
const NO_EPOCH = 2 ** 40;
/** As of a bundle that is not what it says. */
const DAMAGED = 4;

/** `mkve cache verify`: reads everything, and takes away what is damaged. */
export async function verify({ command, session, options }: StoreWork): Promise<number> {
  const { streams, signal, host } = command;
  const lacking = await session.preflight();
  if (lacking !== undefined) return fail('mkve', lacking, streams);
  const { sizeOf, takeInventory, verifyStore } = await loadCare();
  const leave = session.store.running.enter();
  const line = progressLine(host.now);
  try {
    const inventory = await takeInventory(session.store, signal);
    const damages = await verifyStore(session.store, {
      inventory,
      isLayerWhole: (id, changes) => isLayerWhole({ command, session }, id, changes),
      onProgress: (done, total) => line.show(`reading: ${formatSize(done)} of ${formatSize(total)}`),
      signal,
    });
    line.clear();
    const bytes = sizeOf(inventory);
    if (has(options, 'json')) {
      for (const damage of damages) streams.out(jsonRecord({ type: 'damage', ...damage }));
      streams.out(jsonRecord({ type: 'store-check', bytes, damaged: damages.length }));
    } else {
      for (const { path, detail } of damages) streams.out(`damaged  ${path}: ${detail}`);
      const found =
        damages.length === 0
          ? 'all of it is whole'
          : `${count(damages.length, 'part')} damaged and removed; the next build makes anew what it needs of that`;
      if (!has(options, 'quiet')) streams.out(`read ${formatSize(bytes)}: ${found}`);
    }
    return damages.length === 0 ? 0 : DAMAGED;
  } finally {
    line.clear();
    await leave();
  }
}

async function isLayerWhole(
  { command, session }: Pick<StoreWork, 'command' | 'session'>,
  id: string,
  changes: Digest,
): Promise<boolean> {
  const argument = { id, changes, sourceDateEpoch: NO_EPOCH };
  const options = { output: () => undefined, signal: command.signal };
  const checked = await session.workers.call('verify-layer', argument, options);
  command.signal.throwIfAborted();
  return checked.ok && checked.value === true;
}
