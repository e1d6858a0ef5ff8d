import type { Draft } from './draft.js';
import type { LoadedTemplate } from './loaded.js';
import { outputFor } from './output.js';

interface Claim {
  readonly template: string;
  readonly target: string;
  readonly output: string;
}

/** Complains where two targets would write one file. What is not known before templates are read counts as different. */
export function complainOfClashes(templates: readonly LoadedTemplate[], draft: Draft): void {
  const owners = new Map<string, Claim>();
  for (const claim of templates.flatMap(claimsOf)) {
    const owner = owners.get(claim.output);
    if (owner === undefined) owners.set(claim.output, claim);
    else complainOfClash(owner, claim, draft);
  }
}

function complainOfClash(owner: Claim, claim: Claim, draft: Draft): void {
  const missing = owner.template === claim.template ? '{hypervisor}' : '{name}';
  const message = `${claim.target} would write the same file as ${owner.target}`;
  draft.complain(
    ['templates', claim.template, 'output'],
    message,
    `write ${missing} somewhere in the output`,
  );
}

function claimsOf(template: LoadedTemplate): readonly Claim[] {
  return knownTargets(template).map(({ hypervisor, version }) => {
    const target = `${template.name}/${hypervisor ?? '*'}`;
    /** Unlike any real value, and unlike that of every other target. */
    const unknown = `\0${target}`;
    const values = {
      name: template.name,
      hypervisor: hypervisor ?? unknown,
      version: version ?? unknown,
      arch: '\0',
    };
    return { template: template.name, target, output: outputFor(template.output, values) };
  });
}

function knownTargets(template: LoadedTemplate): readonly { hypervisor?: string; version?: string }[] {
  if (template.kind === 'inline') {
    const { hypervisors, version } = template.template;
    return Object.entries(hypervisors).map(([name, own]) => ({
      hypervisor: name,
      version: own.version ?? version,
    }));
  }
  if (template.hypervisors === undefined) return [{}];
  return [...new Set(template.hypervisors)].map((hypervisor) => ({ hypervisor }));
}
