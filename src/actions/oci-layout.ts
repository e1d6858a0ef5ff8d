import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

import { type Digest, digestOf, hexOf, isDigest, messageOf } from '../base/index.js';
import type { Compression } from './archive-input.js';

/** One layer of an image: a tar archive that is applied to those before it. */
export interface OciLayer {
  readonly digest: Digest;
  readonly file: string;
  readonly compression: Compression;
}

export interface OciImage {
  /** Digest of its manifest, which names all else by digests. */
  readonly manifest: Digest;
  readonly layers: readonly OciLayer[];
}

/** Why a directory is no image that can be used: a phrase. */
export class OciFault extends Error {}

interface Descriptor {
  readonly mediaType?: string;
  readonly digest?: unknown;
  readonly platform?: { readonly os?: string; readonly architecture?: string };
}

/** Debian's names of architectures by those of Go, which images use. */
const GO_NAMES: Readonly<Record<string, string>> = {
  '386': 'i386',
  arm: 'armhf',
  ppc64le: 'ppc64el',
};

const LAYERS: Readonly<Record<string, Compression>> = {
  'application/vnd.oci.image.layer.v1.tar': 'none',
  'application/vnd.oci.image.layer.v1.tar+gzip': 'gzip',
  'application/vnd.oci.image.layer.v1.tar+zstd': 'zstd',
  'application/vnd.docker.image.rootfs.diff.tar.gzip': 'gzip',
};

/**
 * Reads an OCI image layout (image-layout.md, manifest.md and image-index.md of the OCI image format specification 1.1):
 * the one image it holds, or the one of that architecture. Every blob is compared with its digest.
 */
export async function readOciLayout(directory: string, architecture: string): Promise<OciImage> {
  const index = parse(await textOf(join(directory, 'index.json')), 'index.json');
  const found = await chooseManifest(directory, listOf(index, 'manifests'), architecture);
  const manifest = parse(await blobText(directory, found), 'the manifest');
  const layers = listOf(manifest, 'layers').map(({ mediaType = '', digest }): OciLayer => {
    const compression = Object.hasOwn(LAYERS, mediaType) ? LAYERS[mediaType] : undefined;
    if (compression === undefined) throw new OciFault(`its layers of type ${mediaType} are not known here`);
    return { digest: checked(digest), file: blobPath(directory, checked(digest)), compression };
  });
  if (layers.length === 0) throw new OciFault('its image has no layers');
  return { manifest: found, layers };
}

async function chooseManifest(
  directory: string,
  manifests: readonly Descriptor[],
  architecture: string,
): Promise<Digest> {
  const [only] = manifests;
  const fitting = manifests.filter(({ platform }) => {
    const name = platform?.architecture;
    return name !== undefined && (GO_NAMES[name] ?? name) === architecture;
  });
  const candidates = manifests.length === 1 && only !== undefined ? [only] : fitting;
  const [chosen] = candidates;
  if (chosen === undefined || candidates.length > 1) {
    const count = `it holds ${manifests.length} images, ${candidates.length} of them for ${architecture}`;
    throw new OciFault(`${count}: expected one, as 'skopeo copy' leaves`);
  }
  const digest = checked(chosen.digest);
  if (!/image\.index|manifest\.list/.test(chosen.mediaType ?? '')) return digest;
  const index = parse(await blobText(directory, digest), 'the index of the image');
  return chooseManifest(directory, listOf(index, 'manifests'), architecture);
}

async function blobText(directory: string, digest: Digest): Promise<string> {
  const text = await textOf(blobPath(directory, digest));
  if (digestOf(text) === digest) return text;
  throw new OciFault(`its blob ${digest} is damaged`);
}

/** Bytes: registries refuse manifests of more than four million. */
const LONGEST_DOCUMENT = 16 * 1024 * 1024;

async function textOf(file: string): Promise<string> {
  try {
    // Not waiting for whoever might write to a FIFO.
    const opened = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const { size } = await opened.stat();
      if (size > LONGEST_DOCUMENT)
        throw new Error(`${file} has ${size} bytes, too many for JSON of an image`);
      return await opened.readFile('utf8');
    } finally {
      await opened.close();
    }
  } catch (thrown) {
    throw new OciFault(messageOf(thrown));
  }
}

function parse(text: string, what: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // Said below.
  }
  throw new OciFault(`${what} is not a JSON object`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function listOf(from: Readonly<Record<string, unknown>>, name: string): readonly Descriptor[] {
  const list = from[name];
  if (!Array.isArray(list)) return [];
  if (!list.every(isObject)) throw new OciFault(`its list of ${name} holds something else than objects`);
  return list as readonly Descriptor[];
}

/** It becomes part of a path. */
function checked(digest: unknown): Digest {
  if (isDigest(digest)) return digest;
  throw new OciFault(`'${String(digest)}' is no sha256 digest`);
}

function blobPath(directory: string, digest: Digest): string {
  return join(directory, 'blobs/sha256', hexOf(digest));
}
