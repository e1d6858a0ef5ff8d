import { closestTo } from '../base/index.js';
import { OPTION_VARIABLES, type OptionVariable } from './bundle-config-script.js';
import type { BundleReport } from './bundle-report.js';
import { defined } from './defined.js';

/** What a bundle-config sets. An option without a value there is absent here. Paths are as bash left them. */
export interface BundleConfig {
  readonly hypervisor?: string;
  readonly output?: string;
  readonly template?: string;
  readonly hooks?: readonly string[];
  readonly forceNoSign?: boolean;
  readonly debugShell?: boolean;
  readonly backend?: string;
  readonly suite?: string;
  readonly mirrors?: readonly string[];
  readonly rootfs?: string;
  readonly hshWorkdir?: string;
  readonly packageDirs?: readonly string[];
  readonly verbose?: boolean;
  readonly quiet?: boolean;
  readonly logfile?: string;
  readonly arch?: string;
  readonly locked?: boolean;
  readonly offline?: boolean;
  readonly update?: boolean;
}

const YES_OR_NO: ReadonlyMap<string, boolean> = new Map([
  ['yes', true],
  ['true', true],
  ['1', true],
  ['no', false],
  ['false', false],
  ['0', false],
]);

/** Gives the variables their types. Every one that has the wrong form adds a sentence to `mistakes`. */
export function settingsOf(report: BundleReport, mistakes: string[]): BundleConfig {
  const listOf = (name: OptionVariable) => {
    const values = (report.values.get(name) ?? []).filter((value) => value !== '');
    return values.length === 0 ? undefined : values;
  };
  const oneOf = (name: OptionVariable) => {
    const values = listOf(name);
    if ((values?.length ?? 0) > 1)
      mistakes.push(`${name}: expected one value, found ${values?.length} in an array`);
    return values?.[0];
  };
  const flagOf = (name: OptionVariable) => {
    const value = oneOf(name);
    if (value === undefined) return undefined;
    const flag = YES_OR_NO.get(value.toLowerCase());
    if (flag === undefined) mistakes.push(`${name}: expected yes or no, found '${value}'`);
    return flag;
  };
  return defined({
    hypervisor: oneOf('hypervisor'),
    output: oneOf('output'),
    template: oneOf('template'),
    hooks: listOf('hooks'),
    forceNoSign: flagOf('force_no_sign'),
    debugShell: flagOf('debug_shell'),
    backend: oneOf('backend'),
    suite: oneOf('suite'),
    mirrors: listOf('mirror'),
    rootfs: oneOf('rootfs'),
    hshWorkdir: oneOf('hsh_workdir'),
    packageDirs: listOf('package_dir'),
    verbose: flagOf('verbose'),
    quiet: flagOf('quiet'),
    logfile: oneOf('logfile'),
    arch: oneOf('arch'),
    locked: flagOf('locked'),
    offline: flagOf('offline'),
    update: flagOf('update'),
  });
}

/** A variable that the config made and that is nearly named like an option. */
export function misspeltVariables(report: BundleReport): readonly { written: string; meant: string }[] {
  return report.newVariables.flatMap((written) => {
    if ((OPTION_VARIABLES as readonly string[]).includes(written)) return [];
    const meant = closestTo(written, OPTION_VARIABLES);
    return meant === undefined ? [] : [{ written, meant }];
  });
}
