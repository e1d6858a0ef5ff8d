import { basename } from 'node:path';

import { hookNameFault } from '../template/index.js';

/** As the reader of inline templates tells paths from names that are looked up. */
export function isHookPath(hook: string): boolean {
  return /^\.{0,2}\//.test(hook);
}

/** The name that a hook has once it is resolved. */
export function hookNameOf(hook: string): string {
  return isHookPath(hook) ? basename(hook) : hook;
}

export function hookReferenceFault(hook: string): string | undefined {
  return hookNameFault(hookNameOf(hook));
}
