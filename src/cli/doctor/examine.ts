import type { Result } from '../../base/index.js';
import { backendNeeds } from './backends.js';
import { checkTools } from './check-tools.js';
import { checkKernel } from './kernel-needs.js';
import { type Machine, temporaryDirectory } from './machine.js';
import type { Need } from './need.js';
import type { PackageManager } from './package-managers.js';
import { checkSigningKey } from './signing-key.js';
import { storeNeeds } from './store-needs.js';
import { makeTrialDirectory, placeOf, removeTrialDirectory } from './store-place.js';

/** All that building needs, found or not, in the order in which it is shown. */
export async function examine(
  machine: Machine,
  manager: PackageManager | undefined,
): Promise<readonly Need[]> {
  const [tools, kernelAndStore, key] = await Promise.all([
    checkTools(machine, manager),
    checkKernelAndStore(machine),
    checkSigningKey(machine),
  ]);
  return [...tools, ...backendNeeds(machine), ...kernelAndStore, key];
}

async function checkKernelAndStore(machine: Machine): Promise<readonly Need[]> {
  const { caller, storeRoot } = machine;
  const place = await placeOf(storeRoot);
  const store = place.ok ? await makeTrialDirectory(place.value.directory, caller) : place;
  const temporary = await makeTrialDirectory(temporaryDirectory(machine), caller);
  try {
    const kernel = await checkKernel(machine, {
      ...(store.ok && { store: store.value }),
      ...(temporary.ok && { temporary: temporary.value }),
    });
    return [...kernel, ...storeNeeds({ root: storeRoot, place, trial: store })];
  } finally {
    for (const made of [store, temporary]) await removeIfMade(made);
  }
}

async function removeIfMade(made: Result<string, string>): Promise<void> {
  if (made.ok) await removeTrialDirectory(made.value);
}
