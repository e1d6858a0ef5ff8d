import { type BundleMaker, spoilt, withMembers } from './bundles.js';
import { END, paxHeader, rawMember } from './tar-blocks.js';

const CONTROLS = '\u001b[2J\u001b]0;title\u0007';
const MIB = 1024 * 1024;

/** Cases about which members there are, and what they are called. */
export const MEMBER_CASES: Readonly<Record<string, BundleMaker>> = {
  'name-up': withMembers(rawMember({ name: 'conf/../../../etc/cron.d/x' }, 'x')),
  'name-absolute': withMembers(rawMember({ name: '/etc/cron.d/x' }, 'x')),
  'name-absolute-by-pax': withMembers(
    paxHeader({ path: '/etc/cron.d/x' }),
    rawMember({ name: 'conf/x' }, 'x'),
  ),
  'name-dot': withMembers(rawMember({ name: './conf/x' }, 'x')),
  'name-empty': withMembers(rawMember({ name: '' }, 'x')),
  'name-slash-at-end': withMembers(rawMember({ name: 'conf/x/' }, 'x')),
  'name-unknown': withMembers(rawMember({ name: 'install.sh' }, 'x')),
  'name-newline': withMembers(rawMember({ name: 'conf/a\nmkve: all is well' }, 'x')),
  'name-controls': withMembers(rawMember({ name: `conf/${CONTROLS}` }, 'x')),
  'name-turned': withMembers(rawMember({ name: 'conf/\u202egpj.exe' }, 'x')),
  'name-not-utf8': withMembers(rawMember({ name: Buffer.from('conf/\xff\xfe', 'latin1') }, 'x')),
  'name-long': withMembers(
    paxHeader({ path: `conf/${'d/'.repeat(2500)}x` }),
    rawMember({ name: 'conf/x' }, 'x'),
  ),
  'name-prototype': withMembers(rawMember({ name: 'conf/__proto__' }, 'x')),
  'symlink-out': withMembers(rawMember({ name: 'conf/x', type: '2', link: '/etc/passwd' })),
  'hardlink-out': withMembers(rawMember({ name: 'conf/x', type: '1', link: '../../etc/passwd' })),
  'symlink-then-below': withMembers(
    rawMember({ name: 'conf/x', type: '2', link: '/tmp' }),
    rawMember({ name: 'conf/x/y' }, 'x'),
  ),
  device: withMembers(rawMember({ name: 'conf/x', type: '3' })),
  fifo: withMembers(rawMember({ name: 'conf/x', type: '6' })),
  directory: withMembers(rawMember({ name: 'conf/x', type: '5', mode: 0o755 })),
  contiguous: withMembers(rawMember({ name: 'conf/x', type: '7' }, 'x')),
  'sparse-member': withMembers(rawMember({ name: 'conf/x', type: 'S' }, 'x')),
  'type-unknown': withMembers(rawMember({ name: 'conf/x', type: 'Q' }, 'x')),
  setuid: withMembers(rawMember({ name: 'conf/x', mode: 0o4755 }, 'x')),
  'long-name-of-gnu': withMembers(
    rawMember({ name: '././@LongLink', type: 'L' }, '../../x\0'),
    rawMember({ name: 'conf/x' }, 'x'),
  ),
  'global-header': withMembers(paxHeader({ path: 'conf/other' }, { type: 'g' })),
  'pax-size-other': withMembers(paxHeader({ size: '5' }), rawMember({ name: 'conf/x' }, 'x'.repeat(600))),
  'pax-no-record': withMembers(
    rawMember({ name: 'PaxHeader', type: 'x' }, '99999999999 path=conf/y\n'),
    rawMember({ name: 'conf/x' }, 'x'),
  ),
  'pax-prototype': withMembers(
    paxHeader({ __proto__x: 'y', constructor: 'z' }),
    rawMember({ name: 'conf/x' }),
  ),
  'pax-of-2-mib': withMembers(
    rawMember({ name: 'PaxHeader', type: 'x' }, Buffer.alloc(2 * MIB, 'x')),
    rawMember({ name: 'conf/x' }, 'x'),
  ),
  'twice-metainfo': spoilt((_, { metainfo, conf, packages, rootfs }) =>
    Buffer.concat([metainfo, metainfo, conf, packages, rootfs, END]),
  ),
  'twice-conf': spoilt((_, { metainfo, conf, packages, rootfs }) =>
    Buffer.concat([metainfo, conf, conf, packages, rootfs, END]),
  ),
  'twice-conf-second-other': withMembers(rawMember({ name: 'conf/config' }, 'OSTEMPLATE="evil"\n')),
  'twice-rootfs': spoilt((_, { metainfo, conf, packages, rootfs }) =>
    Buffer.concat([metainfo, conf, packages, rootfs, rootfs, END]),
  ),
  'missing-metainfo': spoilt((_, { conf, packages, rootfs }) => Buffer.concat([conf, packages, rootfs, END])),
  'missing-conf': spoilt((_, { metainfo, packages, rootfs }) =>
    Buffer.concat([metainfo, packages, rootfs, END]),
  ),
  'missing-packages': spoilt((_, { metainfo, conf, rootfs }) => Buffer.concat([metainfo, conf, rootfs, END])),
  'missing-rootfs': spoilt((_, { metainfo, conf, packages }) =>
    Buffer.concat([metainfo, conf, packages, END]),
  ),
  'extra-conf': withMembers(rawMember({ name: 'conf/extra' }, 'x')),
  'extra-rootfs': withMembers(rawMember({ name: 'rootfs.tar' }, 'x')),
  'order-turned': spoilt((_, { metainfo, conf, packages, rootfs }) =>
    Buffer.concat([rootfs, packages, conf, metainfo, END]),
  ),
  'members-150000': spoilt((_, { metainfo, packages, rootfs }) =>
    Buffer.concat([
      metainfo,
      ...Array.from({ length: 150_000 }, (_each, at) => rawMember({ name: `conf/${100_000 + at}` })),
      packages,
      rootfs,
      END,
    ]),
  ),
  'members-refused-5000': withMembers(
    ...Array.from({ length: 5000 }, (_each, at) => rawMember({ name: `/etc/${at}` })),
  ),
  'members-extra-5000': withMembers(
    ...Array.from({ length: 5000 }, (_each, at) => rawMember({ name: `conf/x${10_000 + at}` })),
  ),
};
