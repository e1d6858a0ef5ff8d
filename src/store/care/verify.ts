import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';

import { type Digest, digestOf, READ_ENTRY, unseal } from '../../base/index.js';
import type { Store } from '../open.js';
import { readEntry, readEntryText } from '../read-entry.js';
import { type PlainPiece, readSegments } from '../segment-index.js';
import type { Inventory, StoredItem, StoredRecord } from './inventory.js';
import { itemPath, recordPath } from './paths.js';

/** Something in the store that is not what its name or its seal says. */
export interface Damage {
  readonly what: 'record' | 'blob' | 'layer' | 'plain';
  /** Relative to the store. */
  readonly path: string;
  readonly detail: string;
}

export interface VerifyRequest {
  readonly inventory: Inventory;
  /** Compares a layer with the digest of its changes; only a worker can read all of it. */
  readonly isLayerWhole: (id: string, changes: Digest) => Promise<boolean>;
  /** Bytes read so far, of so many. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Reads every byte of a store and compares it with its digest. What is damaged is taken away, so that it is made again
 * when it is wanted next.
 */
export async function verifyStore(store: Store, request: VerifyRequest): Promise<readonly Damage[]> {
  const { inventory, onProgress, signal } = request;
  const found: Damage[] = [];
  const pieces = new Map<string, PlainPiece>();
  for (const record of inventory.records) {
    signal.throwIfAborted();
    const damage = await checkRecord(store, record, pieces);
    if (damage !== undefined) found.push(damage);
  }
  const items = [...inventory.items.values()];
  const total = items.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  for (const item of items) {
    signal.throwIfAborted();
    onProgress?.(done, total);
    const damage = await checkItem(store, item, { pieces, request });
    if (damage !== undefined) found.push(damage);
    done += item.bytes;
  }
  return found;
}

async function checkRecord(
  store: Store,
  record: StoredRecord,
  pieces: Map<string, PlainPiece>,
): Promise<Damage | undefined> {
  const path = recordPath(record);
  const text = await readEntryText(join(store.root, path)).catch(() => '');
  const body = unseal(text);
  if (body === undefined) return removed(store, { what: 'record', path, detail: 'its seal is broken' });
  if (record.kind === 'segments') {
    const segments = readSegments(text);
    if (segments === undefined)
      return removed(store, { what: 'record', path, detail: 'it has another shape' });
    for (const { plain } of segments) pieces.set(plain.key.slice(7), plain);
    return undefined;
  }
  const { action } = JSON.parse(body) as { readonly action: string };
  if (digestOf(action) === `sha256:${record.key}`) return undefined;
  return removed(store, { what: 'record', path, detail: 'it is the record of another action' });
}

async function checkItem(
  store: Store,
  item: StoredItem,
  at: { readonly pieces: ReadonlyMap<string, PlainPiece>; readonly request: VerifyRequest },
): Promise<Damage | undefined> {
  if (item.kind === 'layer') return checkLayer(store, item.name, at.request);
  const path = itemPath(item);
  if (item.kind === 'blob') {
    const digest = await hexDigest(join(store.root, path));
    if (digest === undefined || digest === item.name) return undefined;
    return removed(store, { what: 'blob', path, detail: `its digest is sha256:${digest}` });
  }
  const piece = at.pieces.get(item.name);
  const bytes = await readEntry(join(store.root, path)).catch(() => undefined);
  if (piece === undefined || bytes === undefined) return undefined;
  if (bytes.length === piece.size && crc32(bytes) === piece.check) return undefined;
  return removed(store, { what: 'plain', path, detail: 'its length or its check sum is another' });
}

async function checkLayer(store: Store, id: string, request: VerifyRequest): Promise<Damage | undefined> {
  const mark = await store.layers.mark(id);
  // Without a mark it is missing already, and goes with the next collection.
  if (mark === undefined || (await request.isLayerWhole(id, mark.digest))) return undefined;
  await store.layers.disown(id);
  return { what: 'layer', path: `layers/${id}`, detail: `its files are not those of ${mark.digest}` };
}

async function removed(store: Store, damage: Damage): Promise<Damage> {
  await rm(join(store.root, damage.path), { force: true });
  return damage;
}

/** Nothing for a file that has gone meanwhile. */
async function hexDigest(path: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    await pipeline(
      createReadStream(path, { highWaterMark: 1 << 20, flags: READ_ENTRY as unknown as string }),
      hash,
    );
  } catch {
    return undefined;
  }
  return hash.digest('hex');
}
