import { gzipSync } from 'node:zlib';

import { digestOf, hexOf } from '../../../src/base/index.js';
import { type Metainfo, PACKAGES_PATH } from '../../../src/bundle/index.js';
import { bundleMembers, bytesOf } from '../bundle-rig.js';
import {
  type BundleMaker,
  described,
  flip,
  joined,
  noise,
  PLAIN,
  packed,
  piecesOf,
  withMetainfo,
} from './bundles.js';
import { END, rawMember } from './tar-blocks.js';

const MIB = 1024 * 1024;

const member = (path: string) => ({ path, size: 0, sha256: '0'.repeat(64), mode: '0644' as const });
const adding = (...paths: readonly string[]): BundleMaker =>
  described(({ members, ...rest }) => ({ ...rest, members: [...members, ...paths.map(member)] }));

/** The right metainfo as text, to be spoilt. */
const reworded =
  (change: (text: string) => string): BundleMaker =>
  async (path) => {
    const [metainfo] = await bundleMembers({ plain: PLAIN });
    return withMetainfo(change(metainfo ? bytesOf(metainfo).toString() : ''))(path);
  };

/** A right bundle but for its list of packages, which the metainfo names by its digest. */
function withPackages(bytes: Buffer, count = 1): BundleMaker {
  return async () => {
    const change = (metainfo: Metainfo): Metainfo => ({
      ...metainfo,
      packages: { digest: digestOf(bytes), count },
      members: metainfo.members.map((entry) =>
        entry.path === PACKAGES_PATH
          ? { ...entry, size: bytes.length, sha256: hexOf(digestOf(bytes)) }
          : entry,
      ),
    });
    const { metainfo, conf, rootfs } = await piecesOf({ change });
    return Buffer.concat([metainfo, conf, rawMember({ name: PACKAGES_PATH }, bytes), rootfs, END]);
  };
}

const factsOf = (plain: Buffer) => ({ size: plain.length, sha256: hexOf(digestOf(plain)) });
const ZEROS = Buffer.alloc(256 * MIB);

/** Cases about what is in the members. */
export const CONTENT_CASES: Readonly<Record<string, BundleMaker>> = {
  'metainfo-empty': withMetainfo(''),
  'metainfo-no-json': withMetainfo('format=1\n'),
  'metainfo-binary': withMetainfo(noise(2000)),
  'metainfo-not-utf8': withMetainfo(Buffer.from('{"name":"\xff"}\n', 'latin1')),
  'metainfo-list': withMetainfo('[]\n'),
  'metainfo-null': withMetainfo('null\n'),
  'metainfo-nested': withMetainfo(`${'['.repeat(MIB)}${']'.repeat(MIB)}\n`),
  'metainfo-nested-under-key': reworded((text) =>
    text.replace('"name":"tiny"', `"name":${'['.repeat(MIB)}${']'.repeat(MIB)}`),
  ),
  'metainfo-million-members': withMetainfo(`{"members":[${'0,'.repeat(2 * MIB)}0]}\n`),
  'metainfo-million-keys': withMetainfo(
    `{${Array.from({ length: 150_000 }, (_, at) => `"k${at}":0`).join(',')}}\n`,
  ),
  'metainfo-17-mib': withMetainfo(Buffer.alloc(17 * MIB, ' ')),
  'metainfo-newer': reworded((text) => text.replace('"format":1', '"format":2')),
  'metainfo-format-text': reworded((text) => text.replace('"format":1', '"format":"1"')),
  'metainfo-spaced': reworded((text) => text.replaceAll(':', ': ')),
  'metainfo-crlf': reworded((text) => text.replaceAll('\n', '\r\n')),
  'metainfo-marked': reworded((text) => `\uFEFF${text}`),
  'metainfo-key-twice': reworded((text) => text.replace('{', '{"format":1,')),
  'metainfo-prototype': reworded((text) => text.replace('{', '{"__proto__":{"format":1},')),
  'metainfo-key-unknown': described((metainfo) => ({ ...metainfo, run: 'install.sh' })),
  'metainfo-name-controls': described((metainfo) => ({ ...metainfo, name: '\u001b[2Jtiny' })),
  'metainfo-name-newline': described((metainfo) => ({ ...metainfo, name: 'tiny\nsignature     good' })),
  'metainfo-name-turned': described((metainfo) => ({ ...metainfo, name: 'tiny\u202egood' })),
  'metainfo-hypervisor-up': described((metainfo) => ({ ...metainfo, hypervisor: '../../x' })),
  'metainfo-size-negative': reworded((text) => text.replace(/"size":\d+/, '"size":-1')),
  'metainfo-size-huge': reworded((text) => text.replace(/"size":\d+/, '"size":1e999')),
  'metainfo-epoch-huge': described((metainfo) => ({ ...metainfo, source_date_epoch: 2 ** 52 })),
  'metainfo-path-up': adding('conf/../../etc/passwd'),
  'metainfo-path-twice': adding('conf/config'),
  'metainfo-path-file-and-directory': adding('conf/config/x'),
  'metainfo-path-itself': adding('metainfo.json'),
  'metainfo-paths-deep': adding(
    ...Array.from({ length: 3500 }, (_, at) => `conf/${10_000 + at}/${'d/'.repeat(2040)}x`),
  ),
  'metainfo-two-rootfs': described(({ members, ...rest }) => ({
    ...rest,
    members: [
      ...members,
      { ...member('rootfs.tar'), compression: 'none', plain: { size: 0, sha256: '0'.repeat(64) } },
    ],
  })),
  'metainfo-no-members': described((metainfo) => ({ ...metainfo, members: [] })),
  'digest-conf': described((metainfo) => ({
    ...metainfo,
    members: metainfo.members.map((entry) =>
      entry.path === 'conf/config' ? { ...entry, sha256: '0'.repeat(64) } : entry,
    ),
  })),
  'digest-rootfs': async () => {
    const { metainfo, conf, packages, rootfs } = await piecesOf();
    return Buffer.concat([metainfo, conf, packages, flip(rootfs, 560), END]);
  },
  'digest-plain': described((metainfo) => ({
    ...metainfo,
    members: metainfo.members.map((entry) =>
      'compression' in entry ? { ...entry, plain: { ...entry.plain, sha256: '0'.repeat(64) } } : entry,
    ),
  })),
  'packages-million': withPackages(Buffer.from(`[${'0,'.repeat(2 * MIB)}0]\n`)),
  'packages-nested': withPackages(Buffer.from(`${'['.repeat(MIB)}${']'.repeat(MIB)}\n`)),
  'packages-no-json': withPackages(Buffer.from('less 590-2\n')),
  'packages-binary': withPackages(noise(2000)),
  'packages-count': async () =>
    joined(
      await piecesOf({
        change: (metainfo) => ({ ...metainfo, packages: { ...metainfo.packages, count: 7 } }),
      }),
    ),
  'packages-controls': withPackages(Buffer.from('[{"arch":"amd64","name":"\\u001b[2J","version":"1"}]\n')),
  'rootfs-noise': packed(noise(5000), factsOf(PLAIN)),
  'rootfs-empty': packed(Buffer.alloc(0), factsOf(PLAIN)),
  'rootfs-cut': packed(gzipSync(PLAIN).subarray(0, -9), factsOf(PLAIN)),
  'rootfs-noise-behind': packed(Buffer.concat([gzipSync(PLAIN), noise(100)]), factsOf(PLAIN)),
  'rootfs-member-more': packed(Buffer.concat([gzipSync(PLAIN), gzipSync('more')]), factsOf(PLAIN)),
  'bomb-undeclared': packed(gzipSync(ZEROS), factsOf(PLAIN)),
  'bomb-declared': packed(gzipSync(ZEROS), factsOf(ZEROS)),
};
