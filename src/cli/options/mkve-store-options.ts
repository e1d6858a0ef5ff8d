import { command } from './command-entry.js';
import { collecting, everywhere, onProject } from './mkve-common-options.js';

/** Commands that look after the store. */
export const storeCommands = {
  cache: command({
    name: 'mkve cache',
    usage: '[options] COMMAND [ARGUMENT…]',
    summary: 'Look after the store, where results are kept between builds',
    description: [
      'The store is kept under a limit: MKVE_CACHE_SIZE, else cache.maxSize of the mkvefile, else a tenth of the disk. Builds see to that now and then; what running builds use is never touched, nor what the targets under cache.pin are made of. First goes what has not been used for longest, weighed by its size and the time that making it again takes.',
      'An exported file holds the results of targets with all that they name. Import it from those only whose bundles you would trust: bytes are verified, but that a result is the right one for its inputs is not.',
      'Exit status: 0 done, 2 a mistake on the command line, 4 verify found damage, or a file to import is damaged.',
    ],
    commands: [
      { name: 'stats', summary: 'Show how large the store is, of what, and what may go' },
      { name: 'ls', summary: 'List the results of steps, last used first' },
      { name: 'gc', summary: 'Remove what nothing needs, and what is above the limit' },
      { name: 'verify', summary: 'Read every byte, compare it with its digest, and remove what is damaged' },
      { name: 'clear', summary: 'Remove everything, pinned or not, but what running builds use' },
      { name: 'export', operands: 'FILE [TARGET…]', summary: 'Write the results of targets into one file' },
      { name: 'import', operands: 'FILE', summary: 'Take in what another store has exported' },
    ],
    options: [
      ...onProject,
      ...collecting,
      { name: 'all', takes: 'nothing', help: 'export: all results of the store, whatever they are of' },
      ...everywhere,
    ],
    examples: [
      { command: 'mkve cache stats', does: 'Shows how large the store is.' },
      { command: 'mkve cache gc --dry-run', does: 'Says what a collection would remove.' },
      {
        command: 'mkve cache export results.mkve tiny/lxc',
        does: 'Writes what tiny/lxc was made of, for another machine to import.',
      },
    ],
  }),
  gc: command({
    name: 'mkve gc',
    usage: '[options]',
    summary: 'Keep the store under its limit: the same as mkve cache gc',
    description: ['`mkve cache --help` says what goes first, and what stays.'],
    options: [...onProject, ...collecting, ...everywhere],
    examples: [{ command: 'mkve gc', does: 'Removes what nothing needs, and what is above the limit.' }],
  }),
} as const;
