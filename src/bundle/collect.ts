import { createHash, type Hash } from 'node:crypto';

import type { Result } from '../base/index.js';
import { type ArchiveMember, readArchive } from './archive-reader.js';
import type { BundleInput } from './bundle-input.js';
import type { BundleFault } from './faults.js';
import { GunzipDigest, type PlainOutcome } from './gunzip-digest.js';
import type { MemberContent } from './member-content.js';
import { METAINFO_PATH, PACKAGES_PATH, SIGNATURE_PATH } from './member-paths.js';
import { type Metainfo, rootfsOf } from './metainfo.js';
import { parseMetainfo } from './metainfo-parse.js';

/** A member as it is in the file, whatever the metainfo says of it. */
export interface SeenMember {
  readonly path: string;
  readonly size: number;
  readonly mode: number;
  readonly offset: number;
  readonly sha256: string;
}

/** All that one pass over a bundle finds out. */
export interface Collected {
  readonly faults: readonly BundleFault[];
  readonly metainfo: Result<Metainfo, readonly string[]> | undefined;
  /** In the order of the file, and only those that are there whole. */
  readonly members: ReadonlyMap<string, SeenMember>;
  /** The content of metainfo.json, metainfo.json.asc and packages.json. */
  readonly documents: ReadonlyMap<string, Buffer>;
  /** Only for a gzip rootfs that the metainfo lists. */
  readonly gunzipped: PlainOutcome | undefined;
}

/** Bytes; far above what an honest bundle of ten thousand packages or conf files needs. */
export const DOCUMENT_LIMITS: ReadonlyMap<string, number> = new Map([
  [METAINFO_PATH, 16 * 1024 * 1024],
  [SIGNATURE_PATH, 1024 * 1024],
  [PACKAGES_PATH, 16 * 1024 * 1024],
]);

/** Reads the whole bundle once; memory stays bounded however large its members are. */
export async function collectBundle(input: BundleInput): Promise<Collected> {
  const faults: BundleFault[] = [];
  const members = new Map<string, SeenMember>();
  const documents = new Map<string, Buffer>();
  let metainfo: Collected['metainfo'];
  let gunzipped: Collected['gunzipped'];

  const archiveFaults = await readArchive(input, async (member) => {
    const { path, size, mode, offset, content } = member;
    const limit = DOCUMENT_LIMITS.get(path);
    const hash = createHash('sha256');
    if (limit === undefined) {
      const declared = gunzippedSize(path, metainfo);
      if (declared === undefined) await hashContent(content, hash);
      else gunzipped = await gunzipContent(content, { hash, declared });
    } else if (size > limit) {
      faults.push({ kind: 'member-oversized', path, limit });
      return 'continue';
    } else {
      const document = await readDocument(member);
      if (content.truncated) return 'continue';
      hash.update(document);
      documents.set(path, document);
      if (path === METAINFO_PATH) metainfo = parseMetainfo(document);
    }
    if (!content.truncated) members.set(path, { path, size, mode, offset, sha256: hash.digest('hex') });
    return 'continue';
  });
  return { faults: [...archiveFaults, ...faults], metainfo, members, documents, gunzipped };
}

/** The whole content in memory; the caller has looked at its size. */
export async function readDocument({ content }: ArchiveMember): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (let piece = await content.read(); piece !== undefined; piece = await content.read())
    pieces.push(piece);
  return Buffer.concat(pieces);
}

/** How much the rootfs at this path may unpack to, if it is one to gunzip. */
function gunzippedSize(path: string, metainfo: Collected['metainfo']): number | undefined {
  const rootfs = metainfo?.ok ? rootfsOf(metainfo.value) : undefined;
  return rootfs?.path === path && rootfs.compression === 'gzip' ? rootfs.plain.size : undefined;
}

async function hashContent(content: MemberContent, hash: Hash): Promise<void> {
  for (let piece = await content.read(); piece !== undefined; piece = await content.read())
    hash.update(piece);
}

async function gunzipContent(
  content: MemberContent,
  { hash, declared }: { readonly hash: Hash; readonly declared: number },
): Promise<PlainOutcome> {
  const plain = new GunzipDigest(declared);
  // The next piece is read and hashed here while zlib's thread unpacks the one before.
  let unpacking: Promise<void> = Promise.resolve();
  for (let piece = await content.read(); piece !== undefined; piece = await content.read()) {
    hash.update(piece);
    await unpacking;
    unpacking = plain.write(piece);
  }
  await unpacking;
  return plain.finish();
}
