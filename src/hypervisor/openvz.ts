import type { DeviceNode, HypervisorFacts } from './facts.js';
import { checkVpsConf } from './vps-conf.js';

/**
 * A container of the host's kernel, which gives it no devtmpfs: what `/dev` holds at boot is what the archive holds.
 * vzctl(8) unpacks templates with gzip.
 */
export const openvz: HypervisorFacts = {
  rootfs: { format: 'tar.gz', level: 6 },
  devices: [
    node('console', 5, 1, 0o600),
    node('full', 1, 7, 0o666),
    node('null', 1, 3, 0o666),
    node('ptmx', 5, 2, 0o666),
    node('random', 1, 8, 0o666),
    node('tty', 5, 0, 0o666),
    node('urandom', 1, 9, 0o666),
    node('zero', 1, 5, 0o666),
  ],
  confChecks: new Map([['config', checkVpsConf]]),
};

/** Numbers: the kernel's admin-guide/devices.txt. Modes: those debootstrap gives. */
function node(name: string, major: number, minor: number, mode: number): DeviceNode {
  return { path: `dev/${name}`, type: 'char', major, minor, mode };
}
