import { entry, paragraph } from './roff.js';

type Section = { readonly title: string; readonly body: readonly string[] };

export const EXIT_STATUS: Section = {
  title: 'EXIT STATUS',
  body: [
    entry('0', 'Done, or up to date.'),
    entry('1', 'A step failed, or, for commands that look for something, something was found.'),
    entry('2', 'A mistake on the command line or in the configuration.'),
    entry('3', 'Something is locked.'),
    entry('4', 'A bundle or the store failed verification.'),
    entry('5', 'The store cannot be used.'),
    entry('6', 'A host tool or a privilege is missing; `mkve doctor` says which.'),
    entry('130, 143', 'Ended by Ctrl-C or SIGTERM.'),
  ],
};

export const ENVIRONMENT: Section = {
  title: 'ENVIRONMENT',
  body: [
    entry(
      'MKVE_CACHE_DIR',
      'Where the store is; wins over the mkvefile. Without it, and without cache.directory in the mkvefile, `$XDG_CACHE_HOME/mkve`, else `~/.cache/mkve`.',
    ),
    entry(
      'MKVE_CACHE_SIZE',
      'How large the store may grow: `20 GB`, `512 MiB`. Wins over cache.maxSize of the mkvefile; without either, a tenth of the disk.',
    ),
    entry(
      'SOURCE_DATE_EPOCH',
      'Seconds since 1970 to which newer file times are set back, where the mkvefile says nothing. Default: the date of the package repository.',
    ),
    entry(
      'NO_COLOR, FORCE_COLOR, CI',
      'Take colours away; bring them to output that is no terminal; print lines as for a log.',
    ),
    entry('GNUPGHOME, GPG_TTY', 'Handed to gpg, which signs with your own agent.'),
  ],
};

export const FILES: Section = {
  title: 'FILES',
  body: [
    entry('mkvefile.ts', 'What is built: here, or in the nearest directory above. See mkvefile(5).'),
    entry('~/.cache/mkve', 'The store. It may be deleted at any time; the next build makes it again.'),
    entry('/usr/share/mkve/hooks', 'Hooks that mkve-bundle looks for after those of the template.'),
    entry('/usr/share/mkve/templates', 'Templates that mkve-bundle finds by their name.'),
    entry('~/.mkve/bundle-config', 'A bash program that sets options of mkve-bundle.'),
  ],
};

/** Of the programs that build one thing. */
export const SINGLE_RUN: readonly Section[] = [
  EXIT_STATUS,
  ENVIRONMENT,
  {
    title: 'NOTES',
    body: [
      paragraph(
        'Results of steps are kept in the store that mkve(1) describes, and shared with all other builds of the same user.',
      ),
    ],
  },
];
