/** What a command may take of the machine. */
export interface SandboxLimits {
  /** How many processes the user inside may have, those of steps that run at the same time included. */
  readonly processes: number;
  /** Bytes of memory of its own that each process may have. */
  readonly memoryBytes: number;
  /** Bytes of the store's disk that what one step writes may take. */
  readonly diskBytes: number;
}

/** An overlay that is not mounted yet. */
export interface OverlayMount {
  /** mount(8) options, right only when mounting from `directory`. */
  readonly options: string;
  readonly directory: string;
}

/** A command inside a root file system, cut off from the host. */
export interface SandboxRequest {
  readonly root: string;
  /** Mounted at `root` first: only the sandbox sees it, and it goes with it. */
  readonly overlay?: OverlayMount;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly network: 'none' | 'host';
  /** Files put on the tmpfs at /tmp, executable; read from the descriptor. */
  readonly files: readonly { readonly path: string; readonly descriptor: number }[];
  /** Descriptor of a compiled seccomp filter. */
  readonly filter?: number;
  /** Directories or files of the host to be seen read-only. Mount points must exist or lie under /tmp. */
  readonly binds: readonly { readonly source: string; readonly target: string }[];
  /** A directory to be seen as /tmp; absent: a new empty one in memory. */
  readonly tmp?: string;
  /**
   * `new`: without a controlling terminal. `own`: the command keeps the one it is started on, for job control; that must be
   * a pseudo-terminal of its own, since whoever has a terminal can type on it (TIOCSTI).
   */
  readonly session: 'new' | 'own';
  /** Absent: those of the caller. */
  readonly limits?: SandboxLimits;
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
 * Constant shell: mounts, then becomes the command. Whether it could is seen by `wereMounted`, since the status of the
 * command may be any; its output says why not. When memory runs out it is the command that the kernel ends first (proc_pid_oom_score_adj(5)).
 */
const MOUNT = [
  'cd -P -- "$1" && mount -t overlay -o "$2" mkve "$3" || exit 1',
  // As the worker does for all that runs in its namespace; but a shell may come there before it has.
  'echo 0 >/proc/sys/user/max_user_namespaces || exit 1',
  'echo 1000 >/proc/self/oom_score_adj',
  'shift 3',
  'exec "$@"',
].join('\n');

/**
 * The bwrap(1) command line. The root file system becomes the root of a mount namespace that holds nothing of the host;
 * /proc is that of a new pid namespace with its settings read-only, /dev has the harmless nodes, /tmp is empty memory. When the command ends, whatever it left running is killed with the pid namespace.
 */
export function sandboxArgv(request: SandboxRequest): readonly string[] {
  // bwrap ends as soon as its command does, and what that left running dies a moment later. This outer pid
  // namespace ends only when it is empty, so nothing writes any more once it has.
  const outer = ['unshare', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child', '--'];
  return [...outer, ...sandboxAsFirst(request)];
}

/** The same for the first process of a pid namespace that has a mount namespace of its own. */
export function sandboxAsFirst(request: SandboxRequest): readonly string[] {
  return [
    ...mounted(request),
    ...limited(request.limits),
    'bwrap',
    ...['--bind', request.root, '/', '--proc', '/proc', '--dev', '/dev'],
    ...(request.tmp === undefined ? ['--perms', '1777', '--tmpfs', '/tmp'] : ['--bind', request.tmp, '/tmp']),
    ...['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try', '--hostname', 'mkve'],
    ...(request.network === 'none' ? ['--unshare-net'] : []),
    ...['--die-with-parent', '--clearenv', '--chdir', '/'],
    ...(request.session === 'new' ? ['--new-session'] : []),
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

function mounted({ overlay, root }: SandboxRequest): readonly string[] {
  return overlay === undefined ? [] : ['sh', '-c', MOUNT, 'mkve', overlay.directory, overlay.options, root];
}

/** prlimit(1). RLIMIT_DATA counts all memory that a process has for itself (getrlimit(2)). */
function limited(limits: SandboxLimits | undefined): readonly string[] {
  if (limits === undefined) return [];
  const { processes, memoryBytes } = limits;
  return ['prlimit', `--nproc=${processes}:${processes}`, `--data=${memoryBytes}:${memoryBytes}`];
}
