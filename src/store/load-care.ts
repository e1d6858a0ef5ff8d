/** Builds look after the store now and then, and no build with nothing to do does. */
export function loadCare(): Promise<typeof import('./care/index.js')> {
  return import('./care/index.js');
}
