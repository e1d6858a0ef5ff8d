import { command } from './command-entry.js';
import type { CommandHelp } from './command-help.js';
import { authorCommands } from './mkve-author-options.js';
import { debugShell, everywhere, onProject, running, watching } from './mkve-common-options.js';
import { storeCommands } from './mkve-store-options.js';
import type { OptionNames } from './option-spec.js';

/** The commands of `mkve` that this version has, in the order in which help lists them. */
export const mkveCommands = {
  build: command({
    name: 'mkve build',
    usage: '[options] [TARGET…]',
    summary: 'Build targets, running only the steps that a change affects',
    description: [
      'TARGET is TEMPLATE/HYPERVISOR and may be a glob; without any, all targets of the mkvefile are built.',
      'Exit status: 0 built or up to date, 1 a step failed, 2 a mistake on the command line or in the configuration, 3 --locked and the lock would change, 5 the store cannot be used, 6 a privilege or a host tool is missing.',
    ],
    options: [...onProject, ...running, debugShell, ...everywhere],
    examples: [
      { command: 'mkve build', does: 'Builds all targets.' },
      {
        command: "mkve build -j4 -k 'pptp-server/*'",
        does: 'Builds one template for all its hypervisors, four steps at a time.',
      },
      {
        command: "mkve build --force='*:01-root' tiny/lxc",
        does: 'Runs one hook again although nothing changed.',
      },
      {
        command: 'mkve build --locked --offline',
        does: 'Builds what the lock has from what the store has, or says what is missing.',
      },
    ],
  }),
  watch: command({
    name: 'mkve watch',
    usage: '[options] [TARGET…]',
    summary: 'Build targets, and again whenever something changes that they are made of',
    description: [
      'Watched are the files of the templates, the directories of hooks, conf files, the mkvefile and what it imports. A change during a build stops what it made stale and nothing else. A mistake is shown and waited on.',
      'A step that failed is not run again before something changes that it depends on; Enter builds once more all the same. Ctrl-C ends it.',
    ],
    options: [...onProject, ...watching, ...everywhere],
    examples: [
      { command: 'mkve watch', does: 'Keeps all targets built.' },
      {
        command: 'mkve watch --explain tiny/lxc',
        does: 'Keeps one target built and says why each step runs.',
      },
    ],
  }),
  status: command({
    name: 'mkve status',
    usage: '[options] [TARGET…]',
    summary: 'Show which targets are up to date and what a build would run',
    description: ['Nothing is run and nothing is written.'],
    options: [...onProject, ...everywhere],
    examples: [{ command: 'mkve status', does: 'Shows all targets of the mkvefile.' }],
  }),
  explain: command({
    name: 'mkve explain',
    usage: '[options] TARGET|STEP',
    summary: 'Say why steps would run, by the inputs that changed',
    description: [
      'Each step is compared with its last run: the files, packages and settings that differ are named.',
    ],
    options: [...onProject, ...everywhere],
    examples: [
      { command: 'mkve explain pptp-server/kvm', does: 'Explains every step of a target.' },
      { command: 'mkve explain pptp-server/kvm:01-root', does: 'Explains one step.' },
    ],
  }),
  graph: command({
    name: 'mkve graph',
    usage: '[options] [TARGET…]',
    summary: 'Show the graph of steps, how each fares and what the last build did',
    description: [
      'text is a tree for each target, dot is for Graphviz, mermaid for Markdown, json for programs; html is one file for a browser, with the action document, the log and the changed files of every step and a timeline of the last build.',
      'Nothing is built; nothing is written but FILE.',
    ],
    options: [
      ...onProject,
      {
        name: 'format',
        takes: { value: 'FORMAT' },
        values: ['text', 'dot', 'mermaid', 'json', 'html'],
        help: 'text, dot, mermaid, json or html; default: text, or json with --json',
      },
      { name: 'output', short: 'o', takes: { value: 'FILE' }, help: 'write to FILE instead of printing' },
      ...everywhere,
    ],
    examples: [
      { command: 'mkve graph tiny/lxc', does: 'Shows the steps of one target as a tree.' },
      {
        command: 'mkve graph --format html --output graph.html',
        does: 'Writes a page with all targets and the last build.',
      },
    ],
  }),
  log: command({
    name: 'mkve log',
    usage: '[options] TARGET|STEP',
    summary: 'Print what steps printed when they last ran',
    description: [
      'The output of every step is kept with its result, so it can be read long after the build.',
    ],
    options: [...onProject, ...everywhere],
    examples: [{ command: 'mkve log tiny/lxc:01-root', does: 'Prints the output of one hook.' }],
  }),
  update: command({
    name: 'mkve update',
    usage: '[options] [TARGET|PACKAGE…]',
    summary: 'Move the lock to the packages that the repositories have now',
    description: [
      'mkve.lock beside the mkvefile says which packages exactly builds install; builds never move to others by themselves. This takes a new snapshot of the repositories, resolves every list anew, and says what changed. Where it comes to the same packages, nothing runs again.',
      'With TARGET only the lists of that target move, on top of the base system that is locked; a target with the same list moves with it. With PACKAGE only that package moves, wherever it is installed, with what it newly needs; all others stay. A name that is both a target and a package means the target: write NAME:ARCH for the package.',
      'When a list cannot be resolved the lock stays as it is.',
    ],
    options: [...onProject, ...everywhere],
    examples: [
      { command: 'mkve update && mkve build', does: 'Builds with the packages of today.' },
      { command: 'mkve update openssl', does: 'Takes the newest openssl and leaves the rest alone.' },
      { command: 'mkve update tiny/lxc', does: 'Moves the lists of one target.' },
    ],
  }),
  check: command({
    name: 'mkve check',
    usage: '[options] [TARGET…]',
    summary: 'Run every step twice and name what differs',
    description: [
      'Builds the targets, then runs each of their steps again from the very inputs it had, and compares the results file by file. What the second runs leave is not used by any build; `mkve explain` tells of steps that were found to differ.',
      'Exit status: 0 when everything was the same, 1 when a step failed or differed.',
    ],
    options: [...onProject, ...everywhere],
    examples: [{ command: 'mkve check tiny/lxc', does: 'Checks one target.' }],
  }),
  shell: command({
    name: 'mkve shell',
    usage: '[options] TARGET [-- COMMAND [ARGUMENT…]]',
    summary: 'Open a shell in a root file system as a step left it',
    description: [
      'The shell is root in there, in the same sandbox as hooks: it sees no file, process or device of the host, and the network only after --at a hook that may reach it. What it changes is thrown away when it ends. Steps that are not up to date are run first. Where STEP is a hook, the hook itself is at hand as /tmp/mkve/NAME.',
      'With COMMAND only that is run, and its input and output may be pipes. The exit status is that of the shell or COMMAND.',
      '--keep writes a draft of a hook: a list of the files that were added, changed and deleted, and a script that does so. It is for reading and cutting down; what it cannot do (large files, devices, attributes) it names.',
    ],
    options: [
      ...onProject,
      {
        name: 'at',
        takes: { value: 'STEP' },
        help: 'the step: a hook by its name, packages or base; default: the last one before packing',
      },
      { name: 'before', takes: 'nothing', help: 'as STEP found it, instead of as STEP left it' },
      {
        name: 'keep',
        takes: { optionalValue: 'FILE' },
        help: 'write what was changed to FILE as a draft of a hook; default: hook-draft',
      },
      ...everywhere,
    ],
    examples: [
      { command: 'mkve shell tiny/lxc', does: 'Looks around in what will be packed.' },
      {
        command: 'mkve shell tiny/lxc --at 01-root --before --keep=hooks/05-mine',
        does: 'Tries by hand what a hook should do, and saves it as a draft.',
      },
      { command: 'mkve shell tiny/lxc -- dpkg -l', does: 'Runs one command.' },
    ],
  }),
  diff: command({
    name: 'mkve diff',
    usage: '[options] TARGET | A.bun B.bun',
    summary: 'Show what would change in a bundle, what a hook does, or how two bundles differ',
    description: [
      'With TARGET: what would change in its bundle against the last one that was built: metadata, packages, conf files, and files with their modes, owners and sizes, and with hunks where they are small and text. Hooks that are not up to date are run; no bundle is written. With --step: what one step adds, changes and deletes.',
      'With two bundles: how they differ. Nothing in them is verified.',
      'Exit status: 0 without differences, 1 with some or when a step failed.',
    ],
    options: [
      ...onProject,
      { name: 'step', takes: { value: 'STEP' }, help: 'compare before and after this hook, or packages' },
      ...everywhere,
    ],
    examples: [
      { command: 'mkve diff tiny/lxc', does: 'Shows what a build would change in the bundle.' },
      { command: 'mkve diff tiny/lxc --step 01-root', does: 'Shows what a hook does.' },
      { command: 'mkve diff old.bun new.bun', does: 'Compares two bundles.' },
    ],
  }),
  inspect: command({
    name: 'mkve inspect',
    usage: '[options] FILE',
    summary: 'Show what a bundle holds',
    description: ['Reads the metadata only; `mkve verify` checks that the rest agrees with it.'],
    options: [...everywhere],
    examples: [{ command: 'mkve inspect out/tiny-lxc.bun', does: 'Shows the metadata of a bundle.' }],
  }),
  verify: command({
    name: 'mkve verify',
    usage: '[options] FILE',
    summary: 'Check the signature and every member of a bundle',
    description: ['All faults are listed. Exit status: 0 without faults, 4 with any.'],
    options: [
      { name: 'allow-unsigned', takes: 'nothing', help: 'do not take a missing signature for a fault' },
      ...everywhere,
    ],
    examples: [
      { command: 'mkve verify out/tiny-lxc.bun', does: "Checks a bundle against the keys in gpg's keyring." },
    ],
  }),
  ...authorCommands,
  ...storeCommands,
  doctor: command({
    name: 'mkve doctor',
    usage: '[options]',
    summary: 'Check that this machine has all that building needs',
    description: [
      'Lists each host tool and kernel ability, what it is for, and the command that brings what is missing.',
    ],
    options: [
      { name: 'fix', takes: 'nothing', help: 'run those commands, by sudo where root is needed' },
      ...everywhere,
    ],
    examples: [
      { command: 'mkve doctor', does: 'Shows what is there and what is missing.' },
      { command: 'mkve doctor --fix', does: 'Installs what is missing.' },
    ],
  }),
} as const;

export type MkveCommand = keyof typeof mkveCommands;

/** The options of one command. */
export type MkveOption<Command extends MkveCommand> = OptionNames<(typeof mkveCommands)[Command]['options']>;

/** What `mkve --help` says. */
export const mkveHelp: CommandHelp = {
  name: 'mkve',
  usage: 'COMMAND [options] [ARGUMENT…]',
  summary: 'Build signed bundles for containers and virtual machines from templates',
  description: ['`mkve COMMAND --help` describes a command.'],
  commands: Object.entries(mkveCommands).map(([name, { summary }]) => ({ name, summary })),
  options: everywhere,
  examples: [
    { command: 'mkve build', does: 'Builds all targets of the mkvefile here or above.' },
    { command: 'mkve explain tiny/lxc', does: 'Says what a build of one target would run, and why.' },
  ],
};
