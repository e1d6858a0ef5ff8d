/**
 * Two things Node's module loader must do differently while an mkvefile loads, and only for what it imports:
 *
 * - `mkve` means the running mkve, installed beside the mkvefile or not, so that the two always agree.
 * - A `.ts` file is an ES module whatever the nearest package.json says or where there is none. Otherwise tsx runs it
 *   as CommonJS, whose imports pass by these hooks and whose files `onImport` never hears of.
 *
 * tsx's hooks are registered later and so run first: this one sees what tsx asks Node.
 */
import nodeModule from 'node:module';
import { extname } from 'node:path';

import { importModule } from './import-module.js';

/** Marks the module that imports an mkvefile; tsx marks all that is imported from there by its namespace. */
export const IMPORTER_MARK = 'imports-mkvefile';

/**
 * JavaScript and not a function, because Node 20 runs hooks in a thread of their own that cannot load our TypeScript
 * when the tests run it. `next` is asynchronous there and synchronous under `registerHooks`.
 */
const HOOK = `
const MARKED = /[?&](?:tsx-namespace=|${IMPORTER_MARK})/;
const asModule = (found) => /^file:[^?#]*\\.ts(?:[?#]|$)/.test(found.url) ? { ...found, format: 'module' } : found;
let mkve;
export function initialize(data) { mkve = data.mkve; }
export function resolve(specifier, context, next) {
  if (!MARKED.test(context.parentURL ?? '')) return next(specifier, context);
  const found = next(specifier === 'mkve' ? mkve : specifier, context);
  return typeof found.then === 'function' ? found.then(asModule) : asModule(found);
}
`;

const HOOK_URL = `data:text/javascript,${encodeURIComponent(HOOK)}`;

/** Synchronous hooks, which the types of Node 20 do not have. */
interface SynchronousHooks {
  readonly registerHooks: (hooks: { readonly resolve: unknown }) => unknown;
}

/**
 * Node 26 deprecates `module.register`. Before, asynchronous hooks must do: some versions of Node have synchronous
 * ones while tsx keeps to the others (24.9 is one), and there ours would come before those of tsx.
 */
const FIRST_NODE_WITHOUT_REGISTER = 26;

let registered: Promise<void> | undefined;

/** Registers the hook, once a process: Node cannot take one back, and a second would only be asked in vain. */
export function registerModuleHook(): Promise<void> {
  registered ??= register();
  return registered;
}

async function register(): Promise<void> {
  /** The compiled module in use, the source when the tests run that: whichever this file is. */
  const mkve = new URL(`../mkvefile/config${extname(import.meta.url)}`, import.meta.url).href;
  if (Number.parseInt(process.versions.node, 10) < FIRST_NODE_WITHOUT_REGISTER) {
    nodeModule.register(HOOK_URL, { data: { mkve } });
    return;
  }
  const hook = (await importModule(HOOK_URL)) as {
    initialize(data: object): void;
    readonly resolve: unknown;
  };
  hook.initialize({ mkve });
  (nodeModule as unknown as SynchronousHooks).registerHooks({ resolve: hook.resolve });
}
