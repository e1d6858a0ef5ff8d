import type { HypervisorFacts } from './facts.js';
import { usualDevices } from './usual-devices.js';
import { checkVpsConf } from './vps-conf.js';

/**
 * A container of the host's kernel, which gives it no devtmpfs: what `/dev` holds at boot is what the archive holds.
 * vzctl(8) unpacks templates with gzip.
 */
export const openvz: HypervisorFacts = {
  rootfs: { format: 'tar.gz', level: 6 },
  devices: usualDevices,
  confChecks: new Map([['config', checkVpsConf]]),
};
