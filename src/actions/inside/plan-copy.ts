import { type Digest, err, ok, type Result } from '../../base/index.js';
import type { CopiedEntry, CopyDestination } from '../../graph/index.js';
import {
  type ByteString,
  displayName,
  findNode,
  joinPath,
  partsOf,
  ROOT,
  resolvePath,
  type TreeObjects,
} from '../../tree/index.js';

/** One thing to do in the mounted root file system. Every directory on the way is a real one when its turn comes. */
export type CopyOperation =
  | { readonly kind: 'make-directory'; readonly path: ByteString; readonly mode: number }
  /** Replaces whatever file or link is there. */
  | { readonly kind: 'write-file'; readonly path: ByteString; readonly mode: number; readonly entry: number }
  | { readonly kind: 'make-link'; readonly path: ByteString; readonly target: ByteString };

export interface CopyPlan {
  readonly name: string;
  readonly entries: readonly CopiedEntry[];
  readonly destination: CopyDestination;
}

/**
 * What copying has to do in a tree, as cp -r would: directories merge into those that are there, also behind a
 * symbolic link inside the root file system, and files and links replace files and links. Directories that are
 * missing on the way are made. The error is a sentence that says what stands in the way.
 */
export function planCopy(
  objects: TreeObjects,
  tree: Digest,
  plan: CopyPlan,
): Result<readonly CopyOperation[], string> {
  const planner = new Planner(objects, tree);
  const top = planner.placeOf(plan);
  if (!top.ok) return top;
  const places = new Map<string, ByteString>();
  for (const [index, entry] of plan.entries.entries()) {
    const slash = entry.path.lastIndexOf('/');
    const parent = places.get(entry.path.slice(0, Math.max(0, slash)));
    const own = entry.path.slice(slash + 1) as ByteString;
    const path = entry.path === '' || parent === undefined ? top.value : joinPath(parent, own);
    const placed = planner.place(entry, path, index);
    if (!placed.ok) return placed;
    places.set(entry.path, placed.value);
  }
  return ok(planner.operations);
}

/** What hooks and commands find there is not what the tree has: the sandbox lays memory over these. */
const COVERED = ['dev', 'proc', 'tmp'];

class Planner {
  readonly operations: CopyOperation[] = [];
  readonly #objects: TreeObjects;
  readonly #tree: Digest;
  readonly #made = new Set<ByteString>();

  constructor(objects: TreeObjects, tree: Digest) {
    this.#objects = objects;
    this.#tree = tree;
  }

  /** The path that the copied thing itself gets; its parent directories are there afterwards. */
  placeOf({ name, destination }: CopyPlan): Result<ByteString, string> {
    const parts = partsOf(destination.path as ByteString).filter((part) => part !== '' && part !== '.');
    const written = parts.join('/') as ByteString;
    const found = resolvePath(this.#objects, this.#tree, written);
    if (!found.ok) return found;
    const isDirectory = found.value.node?.type === 'dir';
    if (destination.place === 'into' || (destination.place === 'auto' && isDirectory)) {
      if (found.value.node !== undefined && !isDirectory)
        return err(`${shown(found.value.path)} is not a directory`);
      const made = this.#makeDirectories(found.value.path);
      return made.ok ? ok(joinPath(found.value.path, name as ByteString)) : made;
    }
    if (parts.length === 0 || isDirectory) return ok(found.value.path);
    const parent = resolvePath(this.#objects, this.#tree, parts.slice(0, -1).join('/') as ByteString);
    if (!parent.ok) return parent;
    if (parent.value.node !== undefined && parent.value.node.type !== 'dir')
      return err(`${shown(parent.value.path)} is not a directory`);
    const made = this.#makeDirectories(parent.value.path);
    return made.ok ? ok(joinPath(parent.value.path, parts.at(-1) ?? ROOT)) : made;
  }

  /** Answers where the entry has gone: elsewhere than asked for when a link to a directory is there. */
  place(entry: CopiedEntry, path: ByteString, index: number): Result<ByteString, string> {
    const present = this.#made.has(path) ? 'dir' : findNode(this.#objects, this.#tree, path)?.type;
    if (entry.type === 'dir') return this.#placeDirectory(entry.mode, path, present);
    if (present === 'dir') return err(`${shown(path)} is a directory, and a directory is never replaced`);
    if (isCovered(path)) return err(coveredFault(path));
    if (entry.type === 'symlink')
      this.operations.push({ kind: 'make-link', path, target: entry.target as ByteString });
    else this.operations.push({ kind: 'write-file', path, mode: entry.mode, entry: index });
    return ok(path);
  }

  #placeDirectory(mode: number, path: ByteString, present: string | undefined): Result<ByteString, string> {
    if (present === 'dir') return ok(path);
    if (present === 'symlink') {
      const behind = resolvePath(this.#objects, this.#tree, path);
      if (behind.ok && behind.value.node?.type === 'dir') return ok(behind.value.path);
    }
    if (present !== undefined)
      return err(`${shown(path)} is not a directory, and a directory is to go there`);
    return this.#makeDirectory(path, mode);
  }

  #makeDirectories(path: ByteString): Result<void, string> {
    let at = ROOT;
    for (const name of partsOf(path)) {
      at = joinPath(at, name);
      if (this.#made.has(at) || findNode(this.#objects, this.#tree, at)?.type === 'dir') continue;
      const made = this.#makeDirectory(at, 0o755);
      if (!made.ok) return made;
    }
    return ok(undefined);
  }

  #makeDirectory(path: ByteString, mode: number): Result<ByteString, string> {
    if (isCovered(path)) return err(coveredFault(path));
    this.#made.add(path);
    this.operations.push({ kind: 'make-directory', path, mode });
    return ok(path);
  }
}

function isCovered(path: ByteString): boolean {
  const [top, ...below] = partsOf(path);
  return below.length > 0 && top !== undefined && COVERED.includes(top);
}

function coveredFault(path: ByteString): string {
  const top = `/${partsOf(path)[0] ?? ''}`;
  return `${shown(path)} would not be seen by hooks and commands, which have another ${top}: copy it elsewhere`;
}

function shown(path: ByteString): string {
  return `/${displayName(path)}`;
}
