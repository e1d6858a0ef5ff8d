export type DisplayModule = typeof import('./display.js');

/** Measuring text is loaded when there is something to draw. */
export function loadDisplay(): Promise<DisplayModule> {
  return import('./display.js');
}
