import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { digestOf, hexOf } from '../../src/base/index.js';
import {
  type Compression,
  describeFault,
  METAINFO_PATH,
  type MemberSource,
  type Metainfo,
  type MetainfoMember,
  memberMode,
  PACKAGES_PATH,
  rootfsPath,
  SIGNATURE_PATH,
  type SignatureOutcome,
  type VerifyReport,
  verifyBundle,
  writeBundleFile,
  writeMetainfo,
  writePackagesJson,
} from '../../src/bundle/index.js';
import { END_OF_ARCHIVE, encodeMemberHeader, paddingAfter } from '../../src/bundle/member-header.js';
import { spawnRunner } from './spawn-runner.js';

/** Enough to find programs, and messages in one language. */
export const TOOLS_ENV = { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' };

export const EPOCH = 1_700_000_000;

/** Two gzip members or zstd frames, as a rootfs packed by segments has. */
export function compress(compression: Compression, plain: Buffer): Buffer {
  if (compression === 'none') return plain;
  const half = Math.floor(plain.length / 2);
  const halves = [plain.subarray(0, half), plain.subarray(half)];
  if (compression === 'gzip') return Buffer.concat(halves.map((piece) => gzipSync(piece)));
  return Buffer.concat(halves.map((input) => execFileSync('zstd', ['-qc'], { input })));
}

export interface Ingredients {
  readonly conf?: Readonly<Record<string, { readonly bytes: Buffer; readonly mode?: number }>>;
  readonly compression?: Compression;
  readonly plain?: Buffer;
  /** Armoured text, or whatever a test puts in its place. */
  readonly sign?: (metainfo: Buffer) => Promise<Buffer>;
  readonly change?: (metainfo: Metainfo) => Metainfo;
}

/** The members of a small, right bundle, in bundle order. */
export async function bundleMembers(from: Ingredients = {}): Promise<readonly MemberSource[]> {
  const { conf = { config: { bytes: Buffer.from('OSTEMPLATE="tiny"\n') } }, compression = 'gzip' } = from;
  const plain = from.plain ?? Buffer.alloc(10_240, 'not really a tar, but nobody asks. ');
  const packages = writePackagesJson([{ name: 'less', version: '590-2', arch: 'amd64', source: 'less' }]);
  const rootfs = compress(compression, plain);
  const payload = [
    ...Object.entries(conf).map(([path, { bytes, mode }]) => memberOf(`conf/${path}`, bytes, mode)),
    memberOf(PACKAGES_PATH, packages),
    memberOf(rootfsPath(compression), rootfs),
  ];
  const described: Metainfo = {
    format: 1,
    name: 'tiny',
    template_version: '1.0',
    hypervisor: 'openvz',
    arch: 'amd64',
    source_date_epoch: EPOCH,
    mkve: '0.1.0',
    packages: { digest: digestOf(packages), count: 1 },
    members: payload.map((member) => ({ ...entryOf(member), ...plainOf(member, { compression, plain }) })),
  };
  const metainfo = writeMetainfo(from.change?.(described) ?? described);
  const signature = from.sign === undefined ? [] : [memberOf(SIGNATURE_PATH, await from.sign(metainfo))];
  return [memberOf(METAINFO_PATH, metainfo), ...signature, ...payload];
}

export function memberOf(path: string, bytes: Buffer, mode = 0o644): MemberSource {
  return { path, mode, size: bytes.length, parts: [{ kind: 'bytes', bytes }] };
}

export function bytesOf(member: MemberSource): Buffer {
  return Buffer.concat(member.parts.map((part) => (part.kind === 'bytes' ? part.bytes : Buffer.alloc(0))));
}

function entryOf(member: MemberSource): MetainfoMember {
  const sha256 = hexOf(digestOf(bytesOf(member)));
  return { path: member.path, size: member.size, sha256, mode: memberMode(member.mode) };
}

function plainOf(
  { path }: MemberSource,
  { compression, plain }: { readonly compression: Compression; readonly plain: Buffer },
): object {
  if (path !== rootfsPath(compression)) return {};
  return { compression, plain: { size: plain.length, sha256: hexOf(digestOf(plain)) } };
}

/** A private directory and the way to be rid of it. */
export function privateDirectory(): { readonly path: string; readonly remove: () => Promise<void> } {
  const path = mkdtempSync(join(tmpdir(), 'mkve-bundle-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

export async function writeTiny(directory: string, from: Ingredients = {}): Promise<string> {
  const path = join(directory, 'tiny.bun');
  const written = await writeBundleFile(path, { members: await bundleMembers(from), sourceDateEpoch: EPOCH });
  if (!written.ok) throw new Error(written.error.detail);
  return path;
}

/** Verifies without gpg: any signature counts as `outcome`. */
export function verifyTiny(
  file: string,
  { unsigned = 'allowed', outcome }: { unsigned?: 'allowed' | 'refused'; outcome?: SignatureOutcome } = {},
): Promise<VerifyReport> {
  const signature = outcome ?? { kind: 'good', keyId: 'K', fingerprint: 'F', user: 'U' };
  return verifyBundle({
    file,
    checkSignature: async () => signature,
    runner: spawnRunner,
    env: TOOLS_ENV,
    unsigned,
  });
}

/** An archive with these members in just this order: what `writeBundleFile` would never write. */
export async function writeRaw(directory: string, members: readonly MemberSource[]): Promise<string> {
  const path = join(directory, 'raw.bun');
  const blocks = members.flatMap((member) => [
    encodeMemberHeader({ ...member, mtime: EPOCH }),
    bytesOf(member),
    paddingAfter(member.size),
  ]);
  await writeFile(path, Buffer.concat([...blocks, END_OF_ARCHIVE]));
  return path;
}

/** Every fault in words, signatures aside. */
export async function faultsOf(file: string): Promise<readonly string[]> {
  return (await verifyTiny(file)).faults.map(describeFault);
}
