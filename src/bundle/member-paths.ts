import { compareCodeUnits } from '../base/index.js';

/** Which names a bundle's members may have, and in which order they stand: SPEC section 5, nowhere else in code. */
export const METAINFO_PATH = 'metainfo.json';
export const SIGNATURE_PATH = 'metainfo.json.asc';
export const PACKAGES_PATH = 'packages.json';

const CONF_PREFIX = 'conf/';

export type Compression = 'gzip' | 'zstd' | 'none';

const ROOTFS_PATHS: Readonly<Record<Compression, string>> = {
  gzip: 'rootfs.tar.gz',
  zstd: 'rootfs.tar.zst',
  none: 'rootfs.tar',
};

export function rootfsPath(compression: Compression): string {
  return ROOTFS_PATHS[compression];
}

/** `path` is relative to the template's `conf/HV/`, `/` between parts. */
export function confPath(path: string): string {
  return CONF_PREFIX + path;
}

export function isConfPath(path: string): boolean {
  return path.startsWith(CONF_PREFIX);
}

export function isRootfsPath(path: string): boolean {
  return Object.values(ROOTFS_PATHS).includes(path);
}

/** Bundle order: smallest first, so that metadata reads without touching the payload; conf files by code units. */
export function compareMemberPaths(a: string, b: string): number {
  return placeOf(a) - placeOf(b) || compareCodeUnits(a, b);
}

/**
 * Why a bundle must not have a member of this name, as the end of a sentence that begins with the name.
 * Undefined for a good one. Control characters are refused because names end up on terminals.
 */
export function memberPathFault(path: string): string | undefined {
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) return `is longer than ${MAX_PATH_BYTES} bytes`;
  if (path.startsWith('/')) return 'is absolute';
  if (Buffer.from(path).toString() !== path) return 'is not well-formed Unicode';
  if (hasControlCharacter(path)) return 'holds a control character';
  const parts = path.split('/');
  if (parts.includes('..')) return "holds '..'";
  if (parts.includes('') || parts.includes('.')) return 'has an empty part';
  if (placeOf(path) === UNKNOWN_PLACE) return 'is not a member that format 1 knows';
  return undefined;
}

/**
 * The paths that are a file and, by another path below them, also a directory. Sorted with a slash behind each, what is
 * below a path comes right after it; looking up every parent of many deep paths would take minutes.
 */
export function pathsUsedTwice(paths: readonly string[]): readonly string[] {
  const places = [...new Set(paths)].map((path) => `${path}/`).sort(compareCodeUnits);
  return places
    .filter((place, index) => places[index + 1]?.startsWith(place))
    .map((place) => place.slice(0, -1));
}

export function hasControlCharacter(text: string): boolean {
  return /[\p{Cc}\u2028\u2029]/u.test(text);
}

// What Linux takes in one call (PATH_MAX, limits.h).
const MAX_PATH_BYTES = 4096;

const UNKNOWN_PLACE = 5;

function placeOf(path: string): number {
  if (path === METAINFO_PATH) return 0;
  if (path === SIGNATURE_PATH) return 1;
  if (isConfPath(path)) return 2;
  if (path === PACKAGES_PATH) return 3;
  return isRootfsPath(path) ? 4 : UNKNOWN_PLACE;
}
