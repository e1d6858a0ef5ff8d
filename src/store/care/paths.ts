import type { StoredItem, StoredRecord } from './inventory.js';

/** Relative to the store. */
export function recordPath({ kind, key }: Pick<StoredRecord, 'kind' | 'key'>): string {
  return `${kind === 'action' ? 'actions' : 'segments'}/${key.slice(0, 2)}/${key}.json`;
}

/** Relative to the store, of an item that is one file. */
export function itemPath({ kind, name }: Pick<StoredItem, 'kind' | 'name'>): string {
  if (kind === 'blob') return `blobs/sha256/${name.slice(0, 2)}/${name}`;
  return `segments/${name.slice(0, 2)}/${name}.tar`;
}
