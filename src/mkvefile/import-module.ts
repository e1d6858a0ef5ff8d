/**
 * Imports what is named at run time: an ES module, or a package that few runs need. In a file of its own, which the build leaves to
 * Node's own loader: V8 forgets who answers `import()` in code that comes from its code cache (`cli/code-cache/`).
 *
 * @param specifier a URL, or a package of this one's dependencies
 * @throws what the module throws, and where there is none
 */
export function importModule(specifier: string): Promise<unknown> {
  return import(specifier);
}
