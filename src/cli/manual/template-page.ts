import type { ManualPage } from './page.js';
import { entry, paragraph, verbatim } from './roff.js';

const LAYOUT = `pptp-server/
  hypervisors               openvz, kvm, ...: one a line
  version/HV                template_version=0.02
  packages-lists/HV         packages, one a line
  hooks-lists/HV            hooks, one a line, run in this order
  hooks/*                   executables private to the template
  conf/HV/                  files packed into the bundle
  vendor/HV  license/HV     one line each, copied into the metadata`;

const HOOK = `#!/bin/sh
set -eu
echo "This is $MKVE_TEMPLATE for $MKVE_HYPERVISOR." >/etc/motd`;

/** mkve-template(5): the native template. */
export const templatePage: ManualPage = {
  name: 'mkve-template',
  section: 5,
  summary: 'A directory from which bundles are built',
  sections: [
    {
      title: 'DESCRIPTION',
      body: [
        paragraph(
          'A template says which packages a machine needs, which hooks run inside its root file system, and which files go with it, for each hypervisor HV. `mkve-template(1)` writes one to start from; `mkve lint` finds mistakes in it.',
        ),
        verbatim(LAYOUT),
        paragraph(
          'In every list blank lines are skipped, and so is what follows a `#` at the start of a line or behind white space. CR LF is fine. None of these changes anything that is built, nor does the order of a package list.',
        ),
      ],
    },
    {
      title: 'FILES',
      body: [
        entry(
          'hypervisors',
          'The hypervisors that the template supports. A name is of lower-case letters, digits, `_`, `.` and `-`.',
        ),
        entry('version/HV', 'An assignment as of a shell: `template_version=0.02`.'),
        entry(
          'packages-lists/HV',
          'What is installed, with all that it depends on: `NAME`, `NAME:ARCH`, `NAME=VERSION`. `ve-NAME` is what the service NAME needs, `ve-hypervisor-HV` what any needs under HV: packages on ALT Linux, elsewhere what services and hypervisors of mkvefile(5) say.',
        ),
        entry(
          'hooks-lists/HV',
          'May be missing. The hooks in the order in which they run; never sorted, and one may be listed twice.',
        ),
        entry('hooks/*', 'May be missing. Hooks of the template itself.'),
        entry(
          'conf/HV/',
          'May be missing. Files for whoever creates the container. They go into the bundle and not into the root file system. `conf/openvz/config` is checked as vps.conf(5).',
        ),
        entry('vendor/HV, license/HV', 'May be missing. One line for the metadata.'),
      ],
    },
    {
      title: 'HOOKS',
      body: [
        paragraph(
          'A hook is an executable that runs inside the root file system after the packages are installed. It is looked for in hooks/ of the template, then in each directory of --hooks or of hooks in the mkvefile, then among those that come with mkve. The first that is found counts; one that is not executable is a mistake.',
        ),
        verbatim(HOOK),
        paragraph(
          'It is root of that root file system and of nothing else: it sees no file, process or device of the host, and no network unless network in the mkvefile names it. It starts in `/` with closed standard input. A status other than 0 fails the target; all that it prints is kept, and `mkve log` prints it.',
        ),
        entry('PATH, HOME, TMPDIR, LC_ALL', '`/usr/sbin:/usr/bin:/sbin:/bin`, `/root`, `/tmp`, `C.UTF-8`.'),
        entry('MKVE_TEMPLATE, MKVE_HYPERVISOR, MKVE_VERSION, MKVE_ARCH', 'What is built.'),
        entry('SOURCE_DATE_EPOCH', 'Seconds to which newer file times are set back.'),
        entry('DEBIAN_FRONTEND', '`noninteractive`.'),
      ],
    },
    {
      title: 'HOOKS THAT COME WITH MKVE',
      body: [
        entry('01-root', 'Locks the password of root and gives root a private home.'),
        entry('02-mtab', 'Makes /etc/mtab a link to /proc/self/mounts.'),
        entry(
          'NN-chkconfig_SERVICE_on, NN-chkconfig_SERVICE_off',
          'Enables or disables a service by whatever the root file system has: systemctl, chkconfig or update-rc.d.',
        ),
        entry(
          '90-forget-identity',
          'Removes what must differ on every machine: ssh host keys, machine-id, random seeds, logs, lists of apt.',
        ),
      ],
    },
  ],
  seeAlso: ['mkve(1)', 'mkve-bundle(1)', 'mkve-template(1)', 'mkvefile(5)'],
};
