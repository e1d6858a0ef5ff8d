import { canonicalJson, type Digest } from '../base/index.js';
import { type Compression, compareMemberPaths } from './member-paths.js';

/** The newest format this mkve writes and reads. */
export const BUNDLE_FORMAT = 1;

/**
 * The document `metainfo.json`, key for key (SPEC section 5). These are type aliases and not interfaces because
 * only aliases fit the index signature of a canonical value.
 */
export type Metainfo = {
  readonly format: typeof BUNDLE_FORMAT;
  readonly name: string;
  readonly template_version: string;
  readonly hypervisor: string;
  /** As the package system of the rootfs names it: `amd64`. */
  readonly arch: string;
  readonly vendor?: string;
  readonly license?: string;
  /** Seconds since 1970; also the mtime of every member. */
  readonly source_date_epoch: number;
  /** Version of the mkve that wrote the bundle. */
  readonly mkve: string;
  /** Of packages.json: the digest of its bytes and the number of packages it lists. */
  readonly packages: { readonly digest: Digest; readonly count: number };
  /** What each entry of the template's package list stands for, sorted; absent when nothing was listed. */
  readonly requested?: Readonly<Record<string, readonly string[]>>;
  /** Every member but this document and its signature, in bundle order. */
  readonly members: readonly MetainfoMember[];
};

export type MetainfoMember = MemberEntry | RootfsEntry;

export type MemberEntry = {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** 64 lower-case hexadecimal digits, as sha256sum prints them. */
  readonly sha256: string;
  /** Listed so that the signature covers the x bit of conf files too. */
  readonly mode: MemberMode;
};

export type RootfsEntry = MemberEntry & {
  readonly compression: Compression;
  /** The tar archive after decompression. */
  readonly plain: { readonly size: number; readonly sha256: string };
};

export type MemberMode = '0644' | '0755';

/** Of a file's permission bits a bundle keeps only whether it is executable for somebody. */
export function memberMode(bits: number): MemberMode {
  return (bits & 0o111) === 0 ? '0644' : '0755';
}

/** Permission bits of a mode text. */
export function modeBits(mode: MemberMode): number {
  return Number.parseInt(mode, 8);
}

export function isRootfsEntry(member: MetainfoMember): member is RootfsEntry {
  return 'compression' in member;
}

export function rootfsOf(metainfo: Metainfo): RootfsEntry | undefined {
  return metainfo.members.find(isRootfsEntry);
}

/** Canonical JSON and a final newline; the members are put into bundle order. */
export function writeMetainfo(metainfo: Metainfo): Buffer {
  const members = metainfo.members.toSorted((a, b) => compareMemberPaths(a.path, b.path));
  return Buffer.from(`${canonicalJson({ ...metainfo, members })}\n`);
}
