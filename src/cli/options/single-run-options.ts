import { locking } from './mkve-common-options.js';
import type { OptionSpec } from './option-spec.js';

/** What the commands take that build one thing without an mkvefile: where packages come from, and what is said. */
export const singleRun = [
  {
    name: 'backend',
    takes: { value: 'NAME' },
    values: ['auto', 'mmdebstrap', 'dnf', 'hasher', 'rootfs'],
    help: "how packages are installed: auto (the host's own way, the default), mmdebstrap, dnf, hasher or rootfs",
  },
  {
    name: 'suite',
    takes: { value: 'NAME' },
    help: "the distribution's suite or release, when the host's own is not meant",
  },
  { name: 'mirror', takes: { value: 'URL' }, repeatable: true, help: 'where packages are downloaded from' },
  {
    name: 'rootfs',
    takes: { value: 'PATH' },
    help: 'start from this archive, directory or OCI image layout; --backend rootfs is meant then',
  },
  {
    name: 'package-dir',
    takes: { value: 'DIR' },
    repeatable: true,
    help: "packages of one's own, which win over those of the same names from elsewhere",
  },
  {
    name: 'hsh-workdir',
    takes: { value: 'DIR' },
    help: "hasher's working directory, ~/hasher by default; --backend hasher is meant then",
  },
  { name: 'arch', takes: { value: 'ARCH' }, help: "the architecture, when the host's own is not meant" },
  {
    name: 'update',
    takes: 'nothing',
    help: 'take the packages that the repositories have now, instead of those of the last build',
  },
  ...locking,
  { name: 'logfile', takes: { value: 'FILE' }, help: 'write a full log there as well' },
  { name: 'verbose', short: 'v', takes: 'nothing', help: 'say more: what ran and why' },
  { name: 'quiet', short: 'q', takes: 'nothing', help: 'say nothing but errors' },
  { name: 'help', short: 'h', takes: 'nothing', help: 'print this text' },
  { name: 'version', takes: 'nothing', help: 'print the version' },
] as const satisfies readonly OptionSpec[];
