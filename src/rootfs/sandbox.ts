/** A command inside a root file system, cut off from the host. */
export interface SandboxRequest {
  /** Where the root file system is mounted. */
  readonly root: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly network: 'none' | 'host';
  /** Files put on the tmpfs at /tmp, executable; read from the descriptor. */
  readonly files: readonly { readonly path: string; readonly descriptor: number }[];
  /** Descriptor of a compiled seccomp filter. */
  readonly filter?: number;
  /** Directories or files of the host to be seen read-only. Mount points must exist or lie under /tmp. */
  readonly binds: readonly { readonly source: string; readonly target: string }[];
}

/**
 * What root may do to its own files, and no more: nothing that mounts, traces, configures the network or reaches
 * the kernel. Names as in capabilities(7).
 */
const CAPABILITIES = [
  ...[
    'CHOWN',
    'DAC_OVERRIDE',
    'DAC_READ_SEARCH',
    'FOWNER',
    'FSETID',
    'SETFCAP',
    'SETUID',
    'SETGID',
    'SETPCAP',
  ],
  ...['KILL', 'SYS_CHROOT', 'NET_BIND_SERVICE', 'IPC_LOCK', 'SYS_NICE', 'AUDIT_WRITE'],
];

/**
 * The bwrap(1) command line. The root file system becomes the root of a mount namespace that holds nothing of the
 * host; /proc is that of a new pid namespace with its settings read-only, /dev has the harmless nodes, /tmp is empty
 * memory. When the command ends, whatever it left running is killed with the pid namespace.
 */
export function sandboxArgv(request: SandboxRequest): readonly string[] {
  return [
    // bwrap ends as soon as its command does, and what that left running dies a moment later. This outer pid
    // namespace ends only when it is empty, so nothing writes any more once it has.
    ...['unshare', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child', '--', 'bwrap'],
    ...[
      '--bind',
      request.root,
      '/',
      '--proc',
      '/proc',
      '--dev',
      '/dev',
      '--perms',
      '1777',
      '--tmpfs',
      '/tmp',
    ],
    ...['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try', '--hostname', 'mkve'],
    ...(request.network === 'none' ? ['--unshare-net'] : []),
    ...['--die-with-parent', '--new-session', '--clearenv', '--chdir', '/'],
    ...['--cap-drop', 'ALL', ...CAPABILITIES.flatMap((name) => ['--cap-add', `CAP_${name}`])],
    ...Object.entries(request.env).flatMap(([name, value]) => ['--setenv', name, value]),
    ...(request.filter === undefined ? [] : ['--seccomp', String(request.filter)]),
    ...request.binds.flatMap(({ source, target }) => ['--ro-bind', source, target]),
    ...request.files.flatMap(({ path, descriptor }) => [
      '--perms',
      '0755',
      '--file',
      String(descriptor),
      path,
    ]),
    '--',
    ...request.argv,
  ];
}
