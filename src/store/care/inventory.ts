/** What lies in a store and what leads to what: plain data, so that choosing what goes is pure. */

/** Something that is kept because a record names it. Its id is `blob HEX`, `layer ID` or `plain HEX`. */
export interface StoredItem {
  readonly kind: 'blob' | 'layer' | 'plain';
  /** Its own name: 64 hexadecimal digits, of a layer 8. */
  readonly name: string;
  /** On the disk. */
  readonly bytes: number;
  /** Milliseconds since 1970: when it was written, or last found to be there already. */
  readonly usedAt: number;
}

/** A record that a build looks up by its key. */
export interface StoredRecord {
  readonly kind: 'action' | 'segments';
  /** Hexadecimal. */
  readonly key: string;
  /** Of the record itself. */
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly usedAt: number;
  /** What it would take to make again what it stands for. */
  readonly savedMs: number;
  /** The kind of the action: `hook`. */
  readonly action?: string;
  /** Ids of what it names and what is there. */
  readonly refers: readonly string[];
}

export interface Inventory {
  /** By id. */
  readonly items: ReadonlyMap<string, StoredItem>;
  readonly records: readonly StoredRecord[];
  /** Logs of last runs, which `mkve log` prints: ids of blobs. */
  readonly logs: ReadonlySet<string>;
  /** What the locks in the store name: ids of blobs. */
  readonly locked: ReadonlySet<string>;
  /** Paths relative to the store of files that were never finished, with the time they were written. */
  readonly unfinished: readonly { readonly path: string; readonly bytes: number; readonly usedAt: number }[];
}

export function itemId({ kind, name }: Pick<StoredItem, 'kind' | 'name'>): string {
  return `${kind} ${name}`;
}

/** Bytes on the disk of all that it counts. */
export function sizeOf({ items, records, unfinished }: Inventory): number {
  let bytes = 0;
  for (const item of items.values()) bytes += item.bytes;
  for (const record of records) bytes += record.bytes;
  for (const file of unfinished) bytes += file.bytes;
  return bytes;
}
