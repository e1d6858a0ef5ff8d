import { readFileSync, readlinkSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { KeptPlace } from '../mkvefile/index.js';
import type { Caller } from '../workers/index.js';

/** What the process was started with. Read once, here; everything below `cli/` is told. */
export interface Host {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly home: string;
  readonly caller: Caller;
  /** Path of the node program. */
  readonly node: string;
  /** As Node names it: `x64`. */
  readonly architecture: string;
  /** Milliseconds, for durations. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly date: () => number;
}

export function thisHost(): Host {
  const env = definedOnly(process.env);
  return {
    env,
    cwd: process.cwd(),
    home: env['HOME'] ?? homedir(),
    caller: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, name: userName() },
    node: process.execPath,
    architecture: process.arch,
    now: () => performance.now(),
    date: () => Date.now(),
  };
}

/** Where the store is: `$MKVE_CACHE_DIR`, the mkvefile's word, `$XDG_CACHE_HOME/mkve`, `~/.cache/mkve`. */
export function storeRoot(host: Host, configured: string | undefined): string {
  const own = host.env['MKVE_CACHE_DIR'];
  if (own !== undefined && own !== '') return resolve(host.cwd, own);
  if (configured !== undefined) return configured;
  const xdg = host.env['XDG_CACHE_HOME'];
  // The XDG Base Directory Specification says that a relative path is to be ignored.
  return join(xdg !== undefined && isAbsolute(xdg) ? xdg : join(host.home, '.cache'), 'mkve');
}

/** Where translations of mkvefiles are kept: in the user's own store, since the mkvefile may name another. */
export function keptPlace(host: Host): KeptPlace {
  return { directory: join(storeRoot(host, undefined), 'last'), uid: host.caller.uid };
}

const PASSED_ON = [
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'TERM', 'GNUPGHOME', 'GPG_TTY', 'SSH_AUTH_SOCK', 'XDG_RUNTIME_DIR'],
  ...['DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY', 'DBUS_SESSION_BUS_ADDRESS', 'PINENTRY_USER_DATA'],
  ...[
    'http_proxy',
    'https_proxy',
    'ftp_proxy',
    'no_proxy',
    'all_proxy',
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'NO_PROXY',
  ],
];

/** What programs on the host get to see: apt-get its proxies, gpg its agent and its terminal. */
export function toolEnvironment(host: Host): Readonly<Record<string, string>> {
  const env: Record<string, string> = { PATH: DEFAULT_PATH, HOME: host.home };
  for (const name of PASSED_ON) {
    const value = host.env[name];
    if (value !== undefined) env[name] = value;
  }
  const terminal = env['GPG_TTY'] ?? terminalName();
  return terminal === undefined ? env : { ...env, GPG_TTY: terminal };
}

export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The version of this mkve. */
export function mkveVersion(): string {
  const file = fileURLToPath(new URL('../../package.json', import.meta.url));
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** The directory of the hooks that mkve ships. */
export function stockHookDirectory(): string {
  return fileURLToPath(new URL('../../src/stock/hooks', import.meta.url));
}

/** The directory of the parts of the page of `mkve graph`: like the stock hooks they are used from the sources. */
export function pagePartDirectory(): string {
  return fileURLToPath(new URL('../../src/cli/graph/page', import.meta.url));
}

function terminalName(): string | undefined {
  if (!process.stdin.isTTY) return undefined;
  try {
    return readlinkSync('/proc/self/fd/0');
  } catch {
    return undefined;
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A uid without an entry in passwd, as containers have them.
    return String(process.getuid?.() ?? '');
  }
}

function definedOnly(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}
