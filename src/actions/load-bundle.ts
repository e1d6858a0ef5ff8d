/** The bundle format, with the archive library it brings: not needed before a bundle is written. */
export function loadBundle(): Promise<typeof import('../bundle/index.js')> {
  return import('../bundle/index.js');
}
