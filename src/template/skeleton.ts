/** A file of a template that is to be written. */
export interface SkeletonFile {
  /** Relative to the template. */
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

/**
 * A template to start from, which builds as it is. Its comments say what each file is for.
 * @param request.hypervisors at least one, each once
 */
export function skeletonFiles(request: {
  readonly name: string;
  readonly hypervisors: readonly string[];
}): readonly SkeletonFile[] {
  const { name, hypervisors } = request;
  return [
    file(
      'hypervisors',
      `# The hypervisors that ${name} can be built for, one a line.\n${lines(hypervisors)}`,
    ),
    { path: 'hooks/10-greeting', text: GREETING, mode: 0o755 },
    ...hypervisors.flatMap((hypervisor) => [
      file(`version/${hypervisor}`, 'template_version=0.01\n'),
      file(`packages-lists/${hypervisor}`, packagesFor(hypervisor)),
      file(`hooks-lists/${hypervisor}`, HOOKS),
    ]),
    ...(hypervisors.includes('openvz') ? [file('conf/openvz/config', openvzConfig(name))] : []),
  ];
}

function file(path: string, text: string): SkeletonFile {
  return { path, text, mode: 0o644 };
}

function lines(words: readonly string[]): string {
  return words.map((word) => `${word}\n`).join('');
}

const GREETING = `#!/bin/sh
# Runs as root inside the root file system after the packages are installed, without network.
set -eu
printf 'This is %s %s, made for %s.\\n' "$MKVE_TEMPLATE" "$MKVE_VERSION" "$MKVE_HYPERVISOR" >/etc/motd
`;

const HOOKS = `# Run in this order. A hook is looked up in hooks/ of this template, then in the directories of --hooks, then among
# those that come with mkve: 01-root, 02-mtab, NN-chkconfig_SERVICE_on, NN-chkconfig_SERVICE_off, 90-forget-identity.
01-root
02-mtab
10-greeting
90-forget-identity   # last: removes keys and ids that must differ on every machine
`;

/** Those that bring a machine of their own and no kernel. */
const MACHINES: readonly string[] = ['kvm', 'qemu'];

function packagesFor(hypervisor: string): string {
  const list = '# Packages to install, one a line; what they need comes with them.\nless\n';
  if (!MACHINES.includes(hypervisor)) return list;
  return `${list}
# A machine of its own also wants an init and a kernel. On Debian for amd64:
# systemd-sysv
# linux-image-cloud-amd64
`;
}

function openvzConfig(name: string): string {
  return `# vps.conf(5): defaults for containers made of this.\nOSTEMPLATE="${name}"\n`;
}
