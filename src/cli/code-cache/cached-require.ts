/**
 * Loads the chunks of a program with V8's code cache (https://v8.dev/blog/code-caching-for-devs), since compiling takes a good part of
 * what a command with nothing to do takes. Node 22 has a cache of its own, which is filled by running; this one is written by the
 * build, so it is there for the first run, and nothing that runs can change it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { codeCacheIn, compiled, type ModuleFunction, type Require } from './compiled.js';

/** @param byNode the `require` of a program in `cli/` of the directory that the build joins into */
export function cachedRequire(byNode: Require, joined: string): Require {
  const cache = codeCacheIn(joined);
  if (!existsSync(cache)) return byNode;
  return requireIn(join(joined, 'cli'), { cache, byNode, loaded: new Map() });
}

interface Loading {
  readonly cache: string;
  readonly byNode: Require;
  readonly loaded: Map<string, { exports: unknown }>;
}

function requireIn(directory: string, loading: Loading): Require {
  return (name) => {
    if (!name.startsWith('.')) return loading.byNode(name);
    const file = join(directory, name);
    return LEFT_TO_NODE.has(basename(file)) ? loading.byNode(file) : load(file, loading);
  };
}

/** V8 forgets who answers `import()` in code that comes from its cache. */
const LEFT_TO_NODE: ReadonlySet<string> = new Set(['import-module.js']);

function load(file: string, loading: Loading): unknown {
  const before = loading.loaded.get(file);
  if (before !== undefined) return before.exports;
  const run = compiled(file, readFileSync(file, 'utf8'), cachedCode(file, loading));
  const module = { exports: {} };
  // Before it runs: chunks may need each other in a circle, as with Node.
  loading.loaded.set(file, module);
  const directory = dirname(file);
  (run.runInThisContext() as ModuleFunction)(
    module.exports,
    requireIn(directory, loading),
    module,
    file,
    directory,
  );
  return module.exports;
}

function cachedCode(file: string, { cache }: Loading): Buffer | undefined {
  try {
    return readFileSync(join(cache, basename(file)));
  } catch {
    return undefined;
  }
}
