import { bug, type Digest, digestOf } from '../base/index.js';
import { type Directory, decodeDirectory, encodeDirectory } from './node.js';

/**
 * The directories of one or more trees by digest. They are kept encoded and decoded when first asked for, since
 * most steps look at few of them. A *pack* is a text of one encoded directory a line: how they lie in the store,
 * a file a step and not a file a directory.
 */
export class TreeObjects {
  readonly #encoded = new Map<Digest, string>();
  readonly #decoded = new Map<Digest, Directory>();

  get(digest: Digest): Directory {
    const known = this.#decoded.get(digest);
    if (known !== undefined) return known;
    const directory = decodeDirectory(this.#encoded.get(digest) ?? bug(`no tree object ${digest}`));
    this.#decoded.set(digest, directory);
    return directory;
  }

  has(digest: Digest): boolean {
    return this.#encoded.has(digest);
  }

  put(directory: Directory): Digest {
    const text = encodeDirectory(directory);
    const digest = digestOf(text);
    if (!this.#encoded.has(digest)) {
      this.#encoded.set(digest, text);
      this.#decoded.set(digest, directory);
    }
    return digest;
  }

  /** Adds every directory of a pack. Each is named by its own digest, so a pack cannot claim what it is not. */
  addPack(pack: string): void {
    for (const line of pack.split('\n')) {
      if (line !== '') this.#encoded.set(digestOf(line), line);
    }
  }

  /**
   * The directories of a tree as a pack, without those that `parent` has in the same place. What it costs is
   * proportional to what differs.
   */
  packSince(root: Digest, parent: Digest | undefined): string {
    const lines: string[] = [];
    const open: { readonly digest: Digest; readonly old: Digest | undefined }[] = [
      { digest: root, old: parent },
    ];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next.digest === next.old) continue;
      lines.push(`${this.#encoded.get(next.digest) ?? bug(`no tree object ${next.digest}`)}\n`);
      const before = next.old === undefined ? undefined : this.get(next.old).entries;
      for (const [name, node] of this.get(next.digest).entries) {
        if (node.type !== 'dir') continue;
        const old = before?.get(name);
        open.push({ digest: node.tree, old: old?.type === 'dir' ? old.tree : undefined });
      }
    }
    return lines.join('');
  }
}
