/**
 * What mkve knows about each hypervisor: how its rootfs is packed, which device nodes it needs, which of its conf
 * files can be checked. A new hypervisor is one small file and one line in `facts-of.ts`. Nothing here reads a file.
 */
export { type Assignment, type AssignmentFault, parseAssignment } from './assignment.js';
export type { ConfCheck, DeviceNode, HypervisorFacts } from './facts.js';
export { factsOf, knownHypervisors } from './facts-of.js';
export type { Finding } from './finding.js';
export { usualDevices } from './usual-devices.js';
export { checkVpsConf } from './vps-conf.js';
export { vpsConfNames } from './vps-conf-names.js';
