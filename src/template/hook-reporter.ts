import type { Finding } from '../hypervisor/index.js';
import type { HookLookup } from './hook-lookup.js';
import type { Journal } from './journal.js';
import type { ListEntry } from './list.js';
import type { ResolvedHook } from './model.js';

/**
 * Resolves the hooks of all lists of one template and says each thing once: what is wrong with a file is told where
 * it is first listed, what a list lacks is told in every list.
 */
export class HookReporter {
  readonly #find: (name: string) => HookLookup;
  readonly #told = new Set<string>();

  constructor(find: (name: string) => HookLookup) {
    this.#find = find;
  }

  /** @param list.note takes a finding with the line of the entry */
  resolve(list: {
    readonly entries: readonly ListEntry[];
    readonly journal: Journal;
    readonly note: (finding: Finding) => void;
  }): readonly ResolvedHook[] {
    const missing = new Set<string>();
    const hooks: ResolvedHook[] = [];
    for (const { text: name, line } of list.entries) {
      const { hook, findings, reads } = this.#find(name);
      list.journal.looked(...reads);
      if (hook !== undefined) hooks.push(hook);
      for (const { about, ...finding } of findings) {
        const told = about === 'hook' ? this.#told : missing;
        if (!told.has(finding.message)) list.note({ ...finding, line });
        told.add(finding.message);
      }
    }
    return hooks;
  }
}
