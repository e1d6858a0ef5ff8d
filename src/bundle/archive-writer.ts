import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';

import { bug, type Digest, digestFromHex, err, messageOf, READ_ENTRY, type Result } from '../base/index.js';
import { ChunkedOutput, type WrittenFile } from './chunked-output.js';
import { END_OF_ARCHIVE, encodeMemberHeader, paddingAfter } from './member-header.js';
import { compareMemberPaths, memberPathFault } from './member-paths.js';

/** One member of a bundle: its content is what its parts hold, one after the other. */
export interface MemberSource {
  readonly path: string;
  /** 0o644, or 0o755 for an executable conf file. */
  readonly mode: number;
  /** Bytes of all parts together. */
  readonly size: number;
  readonly parts: readonly Part[];
}

/** A rootfs is many cached segments in files: they are copied once, straight into the bundle. */
export type Part =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'file'; readonly path: string; readonly size: number; readonly digest: Digest };

/** Why no bundle was written: `path` is the bundle, or the file (else the member) whose content was not as told. */
export interface ArchiveWriteFailure {
  readonly kind: 'output-unwritable' | 'part-damaged';
  readonly path: string;
  readonly detail: string;
}

export interface ArchiveContent {
  /** In any order: they are written in bundle order. */
  readonly members: readonly MemberSource[];
  /** Seconds since 1970, the mtime of every member; at most what 11 octal digits hold. */
  readonly sourceDateEpoch: number;
}

/**
 * Writes an uncompressed pax archive (POSIX.1-2001) into a file just opened for writing. The same content gives
 * the same bytes. The caller throws the file away when this fails.
 * @param output `path` is for messages only
 */
export async function writeArchive(
  output: { readonly file: FileHandle; readonly path: string },
  content: ArchiveContent,
): Promise<Result<WrittenFile, ArchiveWriteFailure>> {
  const members = inBundleOrder(content.members);
  const out = new ChunkedOutput(output.file);
  for (const member of members) {
    const header = {
      path: member.path,
      mode: member.mode,
      size: member.size,
      mtime: content.sourceDateEpoch,
    };
    await out.append(encodeMemberHeader(header));
    const damage = await appendContent(out, member);
    if (damage !== undefined) {
      await out.finish();
      return err(damage);
    }
    await out.append(paddingAfter(member.size));
    if (out.failed) break;
  }
  await out.append(END_OF_ARCHIVE);
  const written = await out.finish();
  return written.ok ? written : err({ kind: 'output-unwritable', path: output.path, detail: written.error });
}

function inBundleOrder(members: readonly MemberSource[]): readonly MemberSource[] {
  const sorted = members.toSorted((a, b) => compareMemberPaths(a.path, b.path));
  for (const [index, { path, mode }] of sorted.entries()) {
    const fault = memberPathFault(path);
    if (fault !== undefined) bug(`the bundle member ${JSON.stringify(path)} ${fault}`);
    if (path === sorted[index - 1]?.path) bug(`the bundle member ${path} was given twice`);
    if (mode !== 0o644 && mode !== 0o755) bug(`the bundle member ${path} has mode ${mode.toString(8)}`);
  }
  return sorted;
}

async function appendContent(
  out: ChunkedOutput,
  member: MemberSource,
): Promise<ArchiveWriteFailure | undefined> {
  const given = member.parts.reduce((sum, part) => sum + partSize(part), 0);
  if (given !== member.size) {
    const detail = `its parts hold ${given} bytes, not the ${member.size} of its header`;
    return { kind: 'part-damaged', path: member.path, detail };
  }
  for (const part of member.parts) {
    if (part.kind === 'bytes') {
      await out.append(part.bytes);
      continue;
    }
    const detail = await appendFile(out, part);
    if (detail !== undefined) return { kind: 'part-damaged', path: part.path, detail };
  }
  return undefined;
}

function partSize(part: Part): number {
  return part.kind === 'bytes' ? part.bytes.length : part.size;
}

/** Answers what is wrong with the file, if anything. */
async function appendFile(
  out: ChunkedOutput,
  part: { readonly path: string; readonly size: number; readonly digest: Digest },
): Promise<string | undefined> {
  try {
    const file = await open(part.path, READ_ENTRY);
    try {
      const { size } = await file.stat();
      if (size !== part.size) return `it holds ${size} bytes, not ${part.size}`;
      return await copyOut(out, { file, size, digest: part.digest });
    } finally {
      await file.close();
    }
  } catch (thrown) {
    return messageOf(thrown);
  }
}

async function copyOut(
  out: ChunkedOutput,
  { file, size, digest }: { readonly file: FileHandle; readonly size: number; readonly digest: Digest },
): Promise<string | undefined> {
  const hash = createHash('sha256');
  for (let at = 0; at < size; ) {
    const room = out.room();
    const { bytesRead } = await file.read(room, 0, Math.min(room.length, size - at), at);
    if (bytesRead === 0) return `it ended after ${at} bytes, not ${size}`;
    hash.update(room.subarray(0, bytesRead));
    at += bytesRead;
    await out.commit(bytesRead);
  }
  return digestFromHex(hash.digest('hex')) === digest ? undefined : 'its content was altered';
}
