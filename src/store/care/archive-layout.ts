import { type Digest, isDigest } from '../../base/index.js';

/**
 * What an exported file holds: a tar archive compressed with zstd.
 *
 *     manifest.json        {format, layers: {ID: digest of its changes}}
 *     blobs/HEX            as in the store
 *     layers/ID.tar        a layer, with the owners and attributes that a worker sees
 *     actions/HEX.json     as in the store
 */
export interface ExportManifest {
  readonly format: typeof EXPORT_FORMAT;
  /** Digests of changes, by id. */
  readonly layers: Readonly<Record<string, Digest>>;
}

/** Goes up when an older mkve could not read it. */
export const EXPORT_FORMAT = 1;

export const MANIFEST = 'manifest.json';

/** Nothing for what is no manifest; its format may be another than ours. */
export function parseManifest(
  text: string,
): { readonly format: number; readonly layers: ExportManifest['layers'] } | undefined {
  try {
    const value = JSON.parse(text) as { readonly format?: unknown; readonly layers?: unknown };
    const { format, layers } = value;
    if (typeof format !== 'number' || typeof layers !== 'object' || layers === null) return undefined;
    const isWell = Object.entries(layers).every(
      ([id, digest]) => /^[0-9a-f]{8}$/.test(id) && isDigest(digest),
    );
    return isWell ? { format, layers: layers as ExportManifest['layers'] } : undefined;
  } catch {
    return undefined;
  }
}
