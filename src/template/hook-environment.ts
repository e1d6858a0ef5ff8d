import type { ResolvedTemplate } from './model.js';

/** What hooks are told of the target that they run for: SPEC section 2. */
export function hookEnvironment(
  { name, hypervisor, version }: Pick<ResolvedTemplate, 'name' | 'hypervisor' | 'version'>,
  architecture: string,
): Readonly<Record<string, string>> {
  return {
    MKVE_TEMPLATE: name,
    MKVE_HYPERVISOR: hypervisor,
    MKVE_VERSION: version,
    MKVE_ARCH: architecture,
  };
}
