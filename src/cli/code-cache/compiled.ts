import { join } from 'node:path';
import { Script } from 'node:vm';

/** What a CommonJS module finds as its own: https://nodejs.org/api/modules.html#the-module-wrapper */
export type ModuleFunction = (
  exports: unknown,
  require: Require,
  module: { exports: unknown },
  filename: string,
  dirname: string,
) => void;

export type Require = (name: string) => unknown;

/**
 * Compiles a module. V8 takes what was compiled before from `cached` if that is of the same V8 with the same flags, of a source
 * as long as this one, and compiles the source otherwise.
 */
export function compiled(file: string, source: string, cached?: Buffer): Script {
  const wrapped = `(function (exports, require, module, __filename, __dirname) { ${source}\n})`;
  return new Script(wrapped, { filename: file, ...(cached === undefined ? {} : { cachedData: cached }) });
}

/** Where code for the Node that is running is kept. What another Node compiled is of no use to it. */
export function codeCacheIn(joined: string): string {
  return join(joined, 'code-cache', `${process.version}-${process.arch}`);
}
