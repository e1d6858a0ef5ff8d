import type { CommandHelp } from './command-help.js';
import type { OptionNames, OptionSpec } from './option-spec.js';

/** SPEC section 3. */
export const mkveTemplateOptions = [
  {
    name: 'hypervisor',
    takes: { value: 'HV' },
    repeatable: true,
    help: 'a hypervisor that the template supports; default: openvz and lxc',
  },
  {
    name: 'name',
    takes: { value: 'NAME' },
    help: 'what the template calls itself in its files; default: the name of DIR',
  },
  { name: 'quiet', short: 'q', takes: 'nothing', help: 'say nothing but errors' },
  { name: 'help', short: 'h', takes: 'nothing', help: 'print this text' },
  { name: 'version', takes: 'nothing', help: 'print the version' },
] as const satisfies readonly OptionSpec[];

export type MkveTemplateOption = OptionNames<typeof mkveTemplateOptions>;

export const mkveTemplateHelp: CommandHelp<MkveTemplateOption> = {
  name: 'mkve-template',
  usage: '[options] DIR',
  summary: 'Write a template to start from, which builds as it is',
  description: [
    'DIR must be new or an empty directory: nothing is overwritten.',
    'Exit status: 0 written, 1 it could not be written, 2 a mistake on the command line.',
  ],
  options: mkveTemplateOptions,
  examples: [
    {
      command: 'mkve-template ./templates/web',
      does: 'Writes a template named web for openvz and lxc.',
    },
    {
      command: 'mkve-template --hypervisor kvm --hypervisor nspawn box',
      does: 'Writes one for two other hypervisors.',
    },
  ],
};
