import { err, messageOf, ok, type Result } from '../base/index.js';
import { readArchive } from './archive-reader.js';
import { type BundleInput, isSystemError, openBundle } from './bundle-input.js';
import { DOCUMENT_LIMITS, readDocument } from './collect.js';
import type { BundleFault } from './faults.js';
import { isRootfsPath, METAINFO_PATH, PACKAGES_PATH, SIGNATURE_PATH } from './member-paths.js';
import type { Metainfo } from './metainfo.js';
import { parseMetainfo } from './metainfo-parse.js';
import { type ClaimedIssuer, claimedIssuer } from './openpgp-issuer.js';
import { type InstalledPackage, parsePackagesJson } from './packages-json.js';

/** What a bundle says of itself. Nothing in it is verified. */
export interface BundleView {
  readonly metainfo: Metainfo;
  /** Every member, the metainfo and its signature too, in the order of the file. */
  readonly members: readonly { readonly path: string; readonly size: number }[];
  readonly packages: readonly InstalledPackage[];
  readonly signature: { readonly kind: 'absent' } | ({ readonly kind: 'present' } & ClaimedIssuer);
}

/** Reads the metadata of a bundle and stops before the content of its rootfs, however large that is. */
export async function inspectBundle(path: string): Promise<Result<BundleView, readonly BundleFault[]>> {
  const opened = await openBundle(path);
  if (!opened.ok) return err([{ kind: 'bundle-unreadable', detail: opened.error }]);
  try {
    return await inspectOpened(opened.value);
  } catch (thrown) {
    if (isSystemError(thrown)) return err([{ kind: 'bundle-unreadable', detail: messageOf(thrown) }]);
    throw thrown;
  } finally {
    await opened.value.file.close();
  }
}

async function inspectOpened(input: BundleInput): Promise<Result<BundleView, readonly BundleFault[]>> {
  const members: { path: string; size: number }[] = [];
  const documents = new Map<string, Buffer>();
  const faults = await readArchive(input, async (member) => {
    members.push({ path: member.path, size: member.size });
    const limit = DOCUMENT_LIMITS.get(member.path);
    if (limit !== undefined && member.size <= limit) documents.set(member.path, await readDocument(member));
    return isRootfsPath(member.path) ? 'stop' : 'continue';
  });
  if (faults.length > 0) return err(faults);
  return viewOf(members, documents);
}

function viewOf(
  members: BundleView['members'],
  documents: ReadonlyMap<string, Buffer>,
): Result<BundleView, readonly BundleFault[]> {
  const metainfo = documents.get(METAINFO_PATH);
  const packages = documents.get(PACKAGES_PATH);
  if (metainfo === undefined) return err([{ kind: 'member-missing', path: METAINFO_PATH }]);
  const described = parseMetainfo(metainfo);
  if (!described.ok) return err(described.error.map((detail) => ({ kind: 'metainfo-invalid', detail })));
  if (packages === undefined) return err([{ kind: 'member-missing', path: PACKAGES_PATH }]);
  const listed = parsePackagesJson(packages);
  if (!listed.ok) return err(listed.error.map((detail) => ({ kind: 'packages-invalid', detail })));
  const asc = documents.get(SIGNATURE_PATH);
  const signature =
    asc === undefined ? { kind: 'absent' as const } : { kind: 'present' as const, ...claimedIssuer(asc) };
  return ok({ metainfo: described.value, members, packages: listed.value, signature });
}
