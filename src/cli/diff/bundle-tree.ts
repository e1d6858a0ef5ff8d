import { spawn } from 'node:child_process';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type Digest, err, messageOf, ok, type Result } from '../../base/index.js';
import {
  type ArchiveMember,
  describeFault,
  openBundle,
  type RootfsEntry,
  readArchive,
} from '../../bundle/index.js';
import type { Failure } from '../../report/index.js';
import { changesOf, type ScannedEntry, TarScanner } from '../../rootfs/index.js';
import { applyChanges, type TreeObjects } from '../../tree/index.js';

interface Request {
  readonly file: string;
  /** What the metadata says of the packed root file system. */
  readonly rootfs: RootfsEntry;
  /** Where the directories of its tree go. */
  readonly objects: TreeObjects;
  /** For the zstd program. */
  readonly env: Readonly<Record<string, string>>;
}

/** Bytes: PATH_MAX of limits.h. */
const MOST_PATH = 4096;
/** So that a small bundle, which may hold a thousand times its size, cannot fill the memory. */
const MOST_ENTRIES = 500_000;
/** Bytes of names, targets and attributes together. */
const MOST_WORDS = 256 * 1024 * 1024;

/** The tree of the root file system in a bundle, read from one end to the other. The bundle may be anybody's. */
export async function bundleTree(request: Request): Promise<Result<Digest, Failure>> {
  const { file, rootfs, objects } = request;
  const faulty = (detail: string): Result<never, Failure> =>
    err({ kind: 'verification-failed', file, faults: [`${rootfs.path} cannot be read: ${detail}`] });
  const opened = await openBundle(file);
  if (!opened.ok) return err({ kind: 'input-unreadable', file, detail: opened.error });
  try {
    const entries: ScannedEntry[] = [];
    const places = new Places();
    let words = 0;
    const faults = await readArchive(opened.value, async (member) => {
      if (member.path !== rootfs.path) return 'continue';
      await scan(member, request, (entry) => {
        if (entry.path.length > MOST_PATH) throw new Error('a path in it is longer than Linux takes');
        places.take(entry);
        words += wordsOf(entry);
        if (words > MOST_WORDS)
          throw new Error('its files have longer names and attributes than fit into memory');
        if (entries.push(entry) > MOST_ENTRIES) throw new Error(`it holds more than ${MOST_ENTRIES} files`);
      });
      return 'stop';
    });
    if (faults.length > 0)
      return err({ kind: 'verification-failed', file, faults: faults.map(describeFault) });
    if (entries.length === 0) return faulty('it holds nothing');
    const reading = { sourceDateEpoch: Number.POSITIVE_INFINITY, meaning: 'whole' } as const;
    return ok(applyChanges(objects, undefined, changesOf(entries, reading)));
  } catch (thrown) {
    // Whatever the archive makes the readers throw is its own fault.
    return faulty(messageOf(thrown));
  } finally {
    await opened.value.file.close();
  }
}

/** Sees to it that everything has its place in a directory that came before, as every archiver writes it. */
class Places {
  readonly #directories = new Set<string>();

  take({ path, type }: ScannedEntry): void {
    const cut = path.lastIndexOf('/');
    const name = path.slice(cut + 1);
    const isRoot = path === '';
    if (!isRoot && (name === '' || name === '.' || name === '..' || path.startsWith('/')))
      throw new Error('a path in it leaves its directory');
    if (isRoot ? type !== 'dir' : !this.#directories.has(path.slice(0, Math.max(cut, 0))))
      throw new Error('a file in it stands in no directory');
    if (type === 'dir') this.#directories.add(path);
    else if (this.#directories.has(path)) throw new Error('a path in it is both a directory and a file');
  }
}

function wordsOf(entry: ScannedEntry): number {
  const attributes = Object.entries(entry.xattrs).reduce(
    (sum, [name, value]) => sum + name.length + value.length,
    0,
  );
  return entry.path.length + ('target' in entry ? entry.target.length : 0) + attributes;
}

async function scan(
  { content }: ArchiveMember,
  { rootfs, env }: Request,
  onEntry: (entry: ScannedEntry) => void,
): Promise<void> {
  const scanner = new TarScanner(onEntry);
  let size = 0;
  for await (const chunk of unpacked(Readable.from(pieces(content)), rootfs.compression, env)) {
    size += chunk.length;
    if (size > rootfs.plain.size) throw new Error(`it is larger than the ${rootfs.plain.size} bytes listed`);
    scanner.write(chunk);
  }
  if (content.truncated || !scanner.isBetweenMembers) throw new Error('it ends too early');
}

async function* pieces(content: ArchiveMember['content']): AsyncGenerator<Buffer> {
  for (let piece = await content.read(); piece !== undefined; piece = await content.read()) yield piece;
}

/** zlib's default of 16 KiB makes sixteen times as many trips to its thread. */
const CHUNK_SIZE = 256 * 1024;

function unpacked(
  packed: Readable,
  compression: RootfsEntry['compression'],
  env: Readonly<Record<string, string>>,
): AsyncIterable<Buffer> {
  if (compression === 'none') return packed;
  if (compression === 'gzip') {
    // Errors come out of the iteration as well.
    return pipeline(packed, createGunzip({ chunkSize: CHUNK_SIZE }), () => undefined);
  }
  return byZstd(packed, env);
}

/** Not by node:zlib, which older versions lack, and which in others ends after the first frame. */
async function* byZstd(packed: Readable, env: Readonly<Record<string, string>>): AsyncGenerator<Buffer> {
  const zstd = spawn('zstd', ['-dcq'], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  const said: Buffer[] = [];
  zstd.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  const ended = new Promise<number | null>((resolve, reject) => {
    zstd.on('error', reject);
    zstd.on('close', resolve);
  });
  ended.catch(() => undefined);
  pipeline(packed, zstd.stdin, () => undefined);
  try {
    yield* zstd.stdout;
    const status = await ended;
    if (status !== 0) throw new Error(Buffer.concat(said).toString().trim() || `zstd failed with ${status}`);
  } finally {
    zstd.kill();
  }
}
