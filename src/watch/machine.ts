import { assertNever, bug } from '../base/index.js';

/**
 * What a watching process is doing, apart from building, which goes on beside it:
 *
 *              changed                quiet               loaded
 *     idle ───────────────▶ settling ─────────▶ loading ──────────▶ idle
 *                            │  ▲  ▲               │
 *                    changed └──┘  │               │ changed
 *                                  │    loaded     ▼
 *                                  └─────────── outdated ⟲ changed
 *
 * It begins in `loading`. `stop` leads from everywhere to `stopped`, out of which nothing leads. A burst of changes is
 * one load, because `settling` lasts until nothing has changed for a moment; what changes while everything is being
 * read makes that reading outdated, and it is done again.
 */
export type WatchPhase = 'idle' | 'settling' | 'loading' | 'outdated' | 'stopped';

export type WatchEvent = 'changed' | 'quiet' | 'loaded' | 'stop';

/**
 * `wait`: until nothing has changed for a moment, then `quiet`. `load`: read everything, then `loaded`. `apply`: build
 * what the loading says. `end`: stop what runs.
 */
export type Effect = 'wait' | 'load' | 'apply' | 'end';

export interface Advance {
  readonly phase: WatchPhase;
  readonly effect?: Effect;
}

/** Where an event leads. An event that cannot happen in a phase is our bug. */
export function advance(phase: WatchPhase, event: WatchEvent): Advance {
  if (phase === 'stopped') return { phase };
  if (event === 'stop') return { phase: 'stopped', effect: 'end' };
  switch (phase) {
    case 'idle':
      if (event === 'changed') return { phase: 'settling', effect: 'wait' };
      break;
    case 'settling':
      if (event === 'changed') return { phase, effect: 'wait' };
      if (event === 'quiet') return { phase: 'loading', effect: 'load' };
      break;
    case 'loading':
      if (event === 'changed') return { phase: 'outdated' };
      if (event === 'loaded') return { phase: 'idle', effect: 'apply' };
      break;
    case 'outdated':
      if (event === 'changed') return { phase };
      if (event === 'loaded') return { phase: 'settling', effect: 'wait' };
      break;
    default:
      return assertNever(phase);
  }
  return bug(`${event} while ${phase}`);
}
