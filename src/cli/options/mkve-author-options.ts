import { command } from './command-entry.js';
import { everywhere, forPeople, onProject } from './mkve-common-options.js';

/** Commands for whoever writes templates. */
export const authorCommands = {
  lint: command({
    name: 'mkve lint',
    usage: '[options] [TEMPLATE_DIRECTORY…]',
    summary: 'Find mistakes without building, all at once',
    description: [
      'Looks at the mkvefile with all its templates, or at template directories: lists, names, hooks and how they start, hooks that no list names, hooks of one name that differ by accident, vps.conf(5), bundles that no target writes any more; whether interpreters are there in the packages of the last build; packages that the locked repository lacks, while the store has its lists; and, where the host has shellcheck, at hooks that are shell scripts.',
      'Each finding has a file, a line where there is one, and a stable code in brackets. Exit status: 0 without errors, 1 with any; warnings do not count.',
    ],
    options: [...onProject, ...everywhere],
    examples: [
      { command: 'mkve lint', does: 'Looks at everything that the mkvefile here or above names.' },
      { command: 'mkve lint templates/web', does: 'Looks at one template, without an mkvefile.' },
    ],
  }),
  init: command({
    name: 'mkve init',
    usage: '[options] [DIRECTORY]',
    summary: 'Write an mkvefile and a template, which build as they are',
    description: [
      'DIRECTORY is made where it is missing; default: the working directory. Nothing is overwritten.',
    ],
    options: [
      {
        name: 'hypervisor',
        takes: { value: 'HV' },
        repeatable: true,
        help: 'a hypervisor that the template supports; default: openvz and lxc',
      },
      {
        name: 'name',
        takes: { value: 'NAME' },
        help: 'the name of the template; default: the name of DIRECTORY',
      },
      ...forPeople,
    ],
    examples: [{ command: 'mkve init web && cd web && mkve build', does: 'Starts a project and builds it.' }],
  }),
  completion: command({
    name: 'mkve completion',
    usage: '[options] SHELL',
    summary: 'Print completions of all commands for bash, zsh or fish',
    description: [
      'The script completes commands, options, targets, steps, templates and hypervisors; what the mkvefile says is asked for when it is wanted.',
      'bash: `source <(mkve completion bash)` in ~/.bashrc. zsh: `source <(mkve completion zsh)` in ~/.zshrc, after compinit. fish: `mkve completion fish | source` in ~/.config/fish/config.fish.',
    ],
    options: [
      {
        name: 'candidates',
        takes: 'nothing',
        help: 'what the scripts call: print what the last of the words that follow `--` may become',
      },
      ...forPeople,
    ],
    examples: [
      {
        command: 'mkve completion fish | source',
        does: 'Completes in this fish.',
      },
    ],
  }),
} as const;
