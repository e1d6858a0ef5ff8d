import { drawn } from './dom.js';

/** A form for each state, for whoever cannot tell the colours apart. */
const PATHS = /** @type {const} */ ({
  'up-to-date': 'M3 8.5 6.5 12 13 4.5',
  dirty: 'M5 3.5 12 8 5 12.5Z',
  failed: 'M4 4 12 12 M12 4 4 12',
  unknown: 'M5.5 6a2.5 2.5 0 1 1 3.6 2.2C8.3 8.6 8 9 8 10 M8 12.6V13',
});

/** @param {keyof typeof PATHS} state */
export function stateIcon(state) {
  return drawn(
    'svg',
    { class: `icon ${state}`, viewBox: '0 0 16 16', width: 14, height: 14, 'aria-hidden': 'true' },
    drawn('path', { d: PATHS[state] }),
  );
}

/** The mark of the critical path. */
export function criticalIcon() {
  return drawn(
    'svg',
    { class: 'icon critical', viewBox: '0 0 16 16', width: 12, height: 12, 'aria-hidden': 'true' },
    drawn('path', { d: 'M8 1.5 14.5 8 8 14.5 1.5 8Z' }),
  );
}
