import { backendFor } from './backends.js';
import { ask, type Machine, saidBy } from './machine.js';
import type { Mend, Need } from './need.js';
import type { PackageManager } from './package-managers.js';
import { type Tool, toolsFor } from './tools.js';
import { versionIn } from './version.js';

/** Asks each tool for its version; one that does not start is missing. */
export function checkTools(machine: Machine, manager: PackageManager | undefined): Promise<readonly Need[]> {
  const { backend } = backendFor(machine);
  return Promise.all(toolsFor(machine.caller, backend).map((tool) => checkTool(machine, tool, manager)));
}

async function checkTool(machine: Machine, tool: Tool, manager: PackageManager | undefined): Promise<Need> {
  const { name, why } = tool;
  const outcome = await ask(machine, [name, ...tool.ask]);
  const required = tool.purpose !== 'shells';
  const need = { name, kind: 'tool', why, required } as const;
  const mend = installMend(tool, manager);
  if (outcome.kind !== 'exited') return { ...need, found: false, mend };
  const said = saidBy(outcome);
  const version = versionIn(said.split('\n', 1)[0] ?? '');
  const seen = { ...need, ...(version !== undefined && { version }) };
  const unfit = tool.unfit?.(said, machine.caller);
  if (unfit === undefined) return { ...seen, found: true };
  const { detail, advice } = unfit;
  return {
    ...seen,
    found: false,
    detail,
    mend: advice === undefined ? mend : { kind: 'advice', text: advice },
  };
}

export function installMend({ name, packages }: Tool, manager: PackageManager | undefined): Mend {
  if (manager === undefined) return { kind: 'advice', text: `install ${name} by this system's own means` };
  const known = packages[manager.name];
  if (known !== undefined) return { kind: 'package', name: known };
  return {
    kind: 'advice',
    text: `no package of this system is known to bring ${name}; build on another one`,
  };
}
