import type { ResolvedPackage } from './box.js';

/**
 * `NAME-VERSION-RELEASE.ARCH.rpm`: the file has no epoch in its name, and the same signs as in the script stand for what no
 * name of a file may have.
 */
export function rpmFileName(found: Pick<ResolvedPackage, 'name' | 'version' | 'arch'>): string {
  const version = found.version.replace(/^\d+:/, '');
  return `${found.name}-${version}.${found.arch}.rpm`.replace(/[/\0]/g, '_');
}
