import { element } from './dom.js';

/**
 * Two buttons that make something larger and smaller.
 * @param {{ readonly what: string, readonly least: number, readonly most: number, readonly first: number }} range
 * @param {(zoom: number) => void} apply
 */
export function zoomButtons({ what, least, most, first }, apply) {
  let zoom = first;
  /** @param {number} factor */
  const by = (factor) => () => {
    zoom = Math.min(most, Math.max(least, zoom * factor));
    apply(zoom);
  };
  apply(first);
  return element(
    'span',
    { class: 'zoom' },
    element('button', { type: 'button', 'aria-label': `Make ${what} smaller`, onclick: by(1 / STEP) }, '−'),
    element('button', { type: 'button', 'aria-label': `Make ${what} larger`, onclick: by(STEP) }, '+'),
  );
}

const STEP = 1.5;
