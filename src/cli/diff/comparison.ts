import { compareCodeUnits } from '../../base/index.js';
import type { FileDifference } from './file-difference.js';

/** Two things of one kind, and all in which they differ. */
export interface Comparison {
  readonly of: 'target' | 'step' | 'bundles';
  /** What stands for each of the two in words. */
  readonly before: string;
  readonly after: string;
  readonly metadata: readonly FieldDifference[];
  readonly packages: readonly PackageDifference[];
  readonly conf: readonly ConfDifference[];
  readonly files: readonly FileDifference[];
}

export interface FieldDifference {
  readonly field: string;
  /** Absent where there is none. */
  readonly before?: string;
  readonly after?: string;
}

/** Versions of one package: absent where it is not installed; several of one name stand as one text. */
export interface PackageDifference {
  readonly name: string;
  readonly arch: string;
  readonly before?: string;
  readonly after?: string;
}

/** A file for whoever creates the container. */
export interface ConfDifference {
  readonly path: string;
  readonly how: 'added' | 'changed' | 'deleted';
  readonly parts: readonly ('content' | 'mode')[];
}

export function differs({ metadata, packages, conf, files }: Comparison): boolean {
  return metadata.length + packages.length + conf.length + files.length > 0;
}

/** Fields in the order of the later side, then those that only the earlier one has. */
export function fieldDifferences(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly FieldDifference[] {
  const fields = new Set([...after.keys(), ...before.keys()]);
  return [...fields].flatMap((field) => {
    const [old, now] = [before.get(field), after.get(field)];
    if (old === now) return [];
    return [
      { field, ...(old === undefined ? {} : { before: old }), ...(now === undefined ? {} : { after: now }) },
    ];
  });
}

interface Installed {
  readonly name: string;
  readonly version: string;
  readonly arch: string;
}

/** Sorted by name and architecture. */
export function packageDifferences(
  before: readonly Installed[],
  after: readonly Installed[],
): readonly PackageDifference[] {
  const [old, now] = [versionsOf(before), versionsOf(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])].sort(compareCodeUnits);
  return names.flatMap((key) => {
    const [had, has] = [old.get(key), now.get(key)];
    if (had === has) return [];
    const [name = '', arch = ''] = key.split(' ');
    return [
      {
        name,
        arch,
        ...(had === undefined ? {} : { before: had }),
        ...(has === undefined ? {} : { after: has }),
      },
    ];
  });
}

/** Kernels of an rpm system are installed side by side under one name. */
function versionsOf(packages: readonly Installed[]): ReadonlyMap<string, string> {
  const versions = new Map<string, string[]>();
  for (const { name, arch, version } of packages) {
    const key = `${name} ${arch}`;
    versions.set(key, [...(versions.get(key) ?? []), version]);
  }
  return new Map([...versions].map(([key, list]) => [key, list.sort(compareCodeUnits).join(', ')]));
}

/** As far as a bundle tells conf files apart. */
export interface ConfFileView {
  readonly path: string;
  readonly digest: string;
  readonly mode: string;
}

export function confDifferences(
  before: readonly ConfFileView[],
  after: readonly ConfFileView[],
): readonly ConfDifference[] {
  const [old, now] = [byPath(before), byPath(after)];
  const paths = [...new Set([...old.keys(), ...now.keys()])].sort(compareCodeUnits);
  return paths.flatMap((path): readonly ConfDifference[] => {
    const [had, has] = [old.get(path), now.get(path)];
    if (had === undefined) return [{ path, how: 'added', parts: [] }];
    if (has === undefined) return [{ path, how: 'deleted', parts: [] }];
    const parts = [
      ...(had.digest === has.digest ? [] : (['content'] as const)),
      ...(had.mode === has.mode ? [] : (['mode'] as const)),
    ];
    return parts.length === 0 ? [] : [{ path, how: 'changed', parts }];
  });
}

function byPath(files: readonly ConfFileView[]): ReadonlyMap<string, ConfFileView> {
  return new Map(files.map((file) => [file.path, file]));
}
