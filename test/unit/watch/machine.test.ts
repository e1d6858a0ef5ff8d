import { describe, expect, it } from 'vitest';

import { advance, type Effect, type WatchEvent, type WatchPhase } from '../../../src/watch/index.js';

function follow(events: readonly WatchEvent[], from: WatchPhase = 'loading') {
  let phase = from;
  const effects: (Effect | undefined)[] = [];
  for (const event of events) {
    const next = advance(phase, event);
    phase = next.phase;
    effects.push(next.effect);
  }
  return { phase, effects };
}

describe('the phases of watching', () => {
  it('begin with loading, and what was loaded is applied', () => {
    expect(follow(['loaded'])).toEqual({ phase: 'idle', effects: ['apply'] });
  });

  it('make one load of a burst of changes', () => {
    const { phase, effects } = follow(['changed', 'changed', 'changed', 'quiet', 'loaded'], 'idle');
    expect(phase).toBe('idle');
    expect(effects).toEqual(['wait', 'wait', 'wait', 'load', 'apply']);
  });

  it('load again when something changed while everything was read, and apply nothing of it', () => {
    const { phase, effects } = follow(['changed', 'changed', 'loaded', 'quiet', 'loaded']);
    expect(phase).toBe('idle');
    expect(effects).toEqual([undefined, undefined, 'wait', 'load', 'apply']);
  });

  it.each(['idle', 'settling', 'loading', 'outdated'] as const)('end from %s, for good', (phase) => {
    expect(follow(['stop', 'changed', 'quiet', 'loaded', 'stop'], phase)).toEqual({
      phase: 'stopped',
      effects: ['end', undefined, undefined, undefined, undefined],
    });
  });

  it.each([
    ['idle', 'quiet'],
    ['idle', 'loaded'],
    ['settling', 'loaded'],
    ['loading', 'quiet'],
    ['outdated', 'quiet'],
  ] as const)('know no %s that hears %s', (phase, event) => {
    expect(() => advance(phase, event)).toThrow(`${event} while ${phase}`);
  });
});
