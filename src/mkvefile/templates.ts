import { closestTo } from '../base/index.js';
import type { InlineHypervisor } from '../template/index.js';
import { checkSection, checkValue, type Given, isObject } from './check.js';
import { defined } from './defined.js';
import { type Draft, need } from './draft.js';
import { hookNameOf, isHookPath } from './hook-reference.js';
import { formatKeyPath } from './key-path.js';
import type { LoadedInlineTemplate, LoadedNativeTemplate, LoadedTemplate } from './loaded.js';
import { DEFAULT_OUTPUT, mistakesInPattern, type OutputPattern } from './output.js';
import { checkPack } from './pack.js';
import { hypervisorName, inlineHypervisorShape, inlineShape, nativeShape, templateName } from './shapes.js';

/** Checks all templates; those with mistakes come out incomplete, and the caller must not use them. */
export function checkTemplates(given: Given, draft: Draft): readonly LoadedTemplate[] {
  if (!isObject(given.value)) return [];
  const names = Object.keys(given.value);
  if (names.length === 0) draft.complain(given.path, 'expected at least one template, found an empty object');
  return names.map((name) => {
    const path = [...given.path, name];
    checkValue(templateName, { path, value: name }, draft.complain);
    const one = { path, value: isObject(given.value) ? given.value[name] : undefined };
    return isInline(one.value) ? checkInline(name, one, draft) : checkNative(name, one, draft);
  });
}

/** Where nothing tells the two kinds apart, native is the kind whose mistakes are simplest to name. */
function isInline(template: unknown): boolean {
  if (!isObject(template) || 'path' in template) return false;
  return 'version' in template || isObject(template['hypervisors']);
}

function checkNative(name: string, given: Given, draft: Draft): LoadedNativeTemplate {
  const checked = checkSection(nativeShape, given, draft.complain);
  const directory =
    checked?.path === undefined
      ? draft.directory
      : need(draft, 'directory', { key: [...given.path, 'path'], written: checked.path });
  const hypervisors = checked?.hypervisors;
  for (const [index, hypervisor] of (hypervisors ?? []).entries()) {
    if (hypervisors?.indexOf(hypervisor) === index) continue;
    draft.complain([...given.path, 'hypervisors', index], `'${hypervisor}' is listed twice`);
  }
  const output = checkOutput(checked?.output, given, draft);
  return {
    kind: 'native',
    name,
    keyPath: formatKeyPath(given.path),
    directory,
    ...defined({ hypervisors }),
    output,
    network: checked?.network ?? [],
    ...checkPack({ path: [...given.path, 'pack'], value: checked?.pack }, draft),
  };
}

function checkInline(name: string, given: Given, draft: Draft): LoadedInlineTemplate {
  const checked = checkSection(inlineShape, given, draft.complain);
  const path = [...given.path, 'hypervisors'];
  const entries = Object.entries(checked?.hypervisors ?? {});
  if (checked?.hypervisors !== undefined && entries.length === 0) {
    draft.complain(path, 'expected at least one hypervisor, found an empty object');
  }
  const hypervisors = entries.map(([hypervisor, value]): [string, InlineHypervisor] => {
    const one = { path: [...path, hypervisor], value };
    checkValue(hypervisorName, { path: one.path, value: hypervisor }, draft.complain);
    return [hypervisor, checkInlineHypervisor(one, draft)];
  });
  const network = (checked?.network ?? []).map(hookNameOf);
  const hooks = hypervisors.flatMap(([, { hooks }]) => (hooks ?? []).map(hookNameOf));
  checkNetwork({ network, hooks }, given, draft);
  return {
    kind: 'inline',
    name,
    keyPath: formatKeyPath(given.path),
    template: {
      version: checked?.version ?? '',
      ...defined({ vendor: checked?.vendor, license: checked?.license }),
      hypervisors: Object.fromEntries(hypervisors),
    },
    output: checkOutput(checked?.output, given, draft),
    network,
    ...checkPack({ path: [...given.path, 'pack'], value: checked?.pack }, draft),
  };
}

function checkInlineHypervisor(given: Given, draft: Draft): InlineHypervisor {
  const checked = checkSection(inlineHypervisorShape, given, draft.complain);
  const hooks = checked?.hooks?.map((hook, index) => {
    if (!isHookPath(hook)) return hook;
    return need(draft, 'file', { key: [...given.path, 'hooks', index], written: hook });
  });
  const conf =
    checked?.conf === undefined
      ? undefined
      : need(draft, 'directory', { key: [...given.path, 'conf'], written: checked.conf });
  return defined({ version: checked?.version, packages: checked?.packages, hooks, conf });
}

/** A native template's hooks are not read yet, so only an inline one can be held to what it lists. */
function checkNetwork(
  names: { readonly network: readonly string[]; readonly hooks: readonly string[] },
  given: Given,
  draft: Draft,
): void {
  for (const [index, hook] of names.network.entries()) {
    if (names.hooks.includes(hook)) continue;
    const near = closestTo(hook, names.hooks);
    const hint = near === undefined ? undefined : `did you mean ${near}?`;
    const message = `expected a hook that the template lists, found '${hook}'`;
    draft.complain([...given.path, 'network', index], message, hint);
  }
}

function checkOutput(written: string | undefined, given: Given, draft: Draft): OutputPattern {
  const pattern = written ?? DEFAULT_OUTPUT;
  for (const mistake of mistakesInPattern(pattern)) draft.complain([...given.path, 'output'], mistake);
  return { directory: draft.directory, pattern };
}
