import type { DeviceNode } from './facts.js';

/** What programs expect in `/dev` where the kernel makes nothing there by itself. In the order of their names. */
export const usualDevices: readonly DeviceNode[] = [
  node('console', 5, 1, 0o600),
  node('full', 1, 7, 0o666),
  node('null', 1, 3, 0o666),
  node('ptmx', 5, 2, 0o666),
  node('random', 1, 8, 0o666),
  node('tty', 5, 0, 0o666),
  node('urandom', 1, 9, 0o666),
  node('zero', 1, 5, 0o666),
];

/** Numbers: the kernel's admin-guide/devices.txt. Modes: those debootstrap gives. */
function node(name: string, major: number, minor: number, mode: number): DeviceNode {
  return { path: `dev/${name}`, type: 'char', major, minor, mode };
}
