import type { CommandHelp } from './command-help.js';
import { debugShell } from './mkve-common-options.js';
import type { OptionNames, OptionSpec } from './option-spec.js';
import { singleRun } from './single-run-options.js';

/** SPEC section 3. Each one but help and version can be set in `~/.mkve/bundle-config` too. */
export const mkveBundleOptions = [
  {
    name: 'hypervisor',
    takes: { value: 'HV' },
    help: 'the hypervisor to build for, one of those the template lists; required',
  },
  {
    name: 'output',
    takes: { value: 'FILE' },
    help: 'the bundle to write; .bun is appended where it is missing; required',
  },
  { name: 'template', takes: { value: 'T' }, help: 'the template, instead of the argument' },
  {
    name: 'hooks',
    takes: { value: 'DIR' },
    repeatable: true,
    help: "where hooks are looked for after the template's own, instead of /usr/share/mkve/hooks",
  },
  { name: 'force-no-sign', takes: 'nothing', help: 'leave the bundle unsigned' },
  debugShell,
  ...singleRun,
] as const satisfies readonly OptionSpec[];

export type MkveBundleOption = OptionNames<typeof mkveBundleOptions>;

export const mkveBundleHelp: CommandHelp<MkveBundleOption> = {
  name: 'mkve-bundle',
  usage: '[options] [TEMPLATE]',
  summary: 'Build one bundle from one template',
  description: [
    'TEMPLATE is the path of a template directory, or the name of one under /usr/share/mkve/templates. Steps whose inputs have not changed since an earlier build are not run again.',
    'Every option can be set in ~/.mkve/bundle-config, a bash program, by a variable of the same name with - written _ (force_no_sign=yes). The command line wins over it.',
    'Exit status: 0 built or up to date, 1 the build failed, 2 a mistake on the command line or in the configuration.',
  ],
  options: mkveBundleOptions,
  examples: [
    {
      command: 'mkve-bundle --hypervisor openvz --output pptp ./templates/pptp-server',
      does: 'Builds pptp.bun for openvz from a directory.',
    },
    {
      command: 'mkve-bundle --hyp kvm --out box --suite bookworm --force-no-sign pptp-server',
      does: 'Builds an unsigned bundle of Debian 12 from a template installed on this machine.',
    },
    {
      command: 'mkve-bundle --update --hyp lxc --out box ./templates/pptp-server',
      does: 'Takes the packages of today, where otherwise those of the last build are kept.',
    },
    { command: 'mkve-bundle', does: 'Builds what ~/.mkve/bundle-config says.' },
  ],
};
