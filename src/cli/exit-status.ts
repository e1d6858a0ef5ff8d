import { constants } from 'node:os';

import type { Ended } from '../rootfs/index.js';

/** The exit status that shells give to how a program ended: its own, or 128 and the number of the signal. */
export function statusOfShell(ended: Ended): number {
  if ('status' in ended) return ended.status;
  return 128 + (constants.signals[ended.signal as keyof typeof constants.signals] ?? 0);
}
