import type { CommandHelp } from './command-help.js';
import type { OptionNames, OptionSpec } from './option-spec.js';
import { singleRun } from './single-run-options.js';

/** SPEC section 3. `--out`, as the original had it, is an abbreviation of `--output`. */
export const mkveCacheOptions = [
  {
    name: 'output',
    takes: { value: 'FILE' },
    help: 'the archive to write; default: output.tar, with -z output.tar.gz, in $TMPDIR or else /tmp',
  },
  {
    name: 'copy',
    takes: { value: 'SRC[:DEST]' },
    repeatable: true,
    help: 'copy a file or directory of this machine into the root file system',
  },
  { name: 'hook', takes: { value: 'FILE' }, repeatable: true, help: 'run an executable inside' },
  {
    name: 'command',
    takes: { value: 'CMD' },
    repeatable: true,
    help: 'run a line of shell inside, by /bin/sh -c',
  },
  { name: 'gzip', short: 'z', takes: 'nothing', help: 'compress the archive with gzip' },
  {
    name: 'exclude',
    takes: { value: 'PATTERN' },
    repeatable: true,
    help: 'leave the paths that a pattern matches, and what is below them, out of the archive',
  },
  {
    name: 'create-fake-devices',
    takes: 'nothing',
    help: 'add the usual device nodes to the archive: null, zero, full, random, urandom, tty, console, ptmx',
  },
  {
    name: 'tarify-only',
    takes: { value: 'ROOTFS' },
    help: 'only pack a directory that is there already; nothing is installed or run, and it is not changed',
  },
  ...singleRun,
] as const satisfies readonly OptionSpec[];

export type MkveCacheOption = OptionNames<typeof mkveCacheOptions>;

export const mkveCacheHelp: CommandHelp<MkveCacheOption> = {
  name: 'mkve-cache',
  usage: '[options] PACKAGE…',
  summary: 'Make a root file system with packages and pack it into an archive',
  description: [
    'Copies, hooks and commands run in the order of the command line, after the packages. Hooks and commands run as root of the root file system, without network. Steps whose inputs have not changed since an earlier run are not run again: one more --command at the end runs only that command.',
    'SRC is copied as by cp -r: into DEST where that is a directory or ends in /, otherwise under the name DEST, which is an absolute path inside. SRC/. means what is in SRC. Without DEST, an absolute SRC gets the same path inside. Directories merge; links in SRC stay links; owner is root, permission bits are kept. A colon in SRC is written \\:.',
    'A FILE without a slash that is not here is looked for among the hooks that mkve ships.',
    "PATTERN is a shell pattern as GNU tar's --exclude takes it: its wildcards match slashes too, and it may begin at any name of a path. A pattern that begins with / is meant from the root, and ./ does the same. Device nodes are added after that.",
    'Exit status: 0 built or up to date, 1 a step failed, 2 a mistake on the command line.',
  ],
  options: mkveCacheOptions,
  examples: [
    {
      command: 'mkve-cache --out web.tar openssh-server less',
      does: 'Installs two packages and what they need, and packs the result.',
    },
    {
      command: "mkve-cache -z --out o.tar.gz --copy motd:/etc/ --command 'ldconfig' less",
      does: 'Copies a file into /etc, then runs a command, then packs with gzip.',
    },
    {
      command: 'mkve-cache -z --tarify-only /srv/chroot',
      does: 'Packs a directory as it is into /tmp/output.tar.gz.',
    },
  ],
};
