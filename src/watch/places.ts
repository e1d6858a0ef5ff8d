import { basename, dirname } from 'node:path';

/**
 * Which directories are to be watched for a set of paths, and what in them matters. Only directories: an editor that
 * renames a new file over the old one, or a file that does not exist yet, is seen in the directory and nowhere else.
 */
export interface Places {
  /** By directory, absolute: the names in it that matter, or all of them. */
  readonly directories: ReadonlyMap<string, ReadonlySet<string> | 'all'>;
  /** Whether a change of what is at this path may matter. */
  isRelevant(path: string): boolean;
}

/** What is at a path now; the file system behind this pure part. */
export type KindOf = (path: string) => 'directory' | 'other' | 'missing';

/**
 * @param reads absolute paths that were read or looked for. Of a directory every entry matters, since it was listed;
 * of a path that does not exist its nearest directory above that does, and in it the name that leads there.
 */
export function placesOf(reads: Iterable<string>, kindOf: KindOf): Places {
  const directories = new Map<string, Set<string> | 'all'>();
  const watchName = (directory: string, name: string) => {
    const names = directories.get(directory) ?? new Set<string>();
    directories.set(directory, names);
    if (names !== 'all') names.add(name);
  };
  for (const path of reads) {
    if (kindOf(path) === 'directory') directories.set(path, 'all');
    let [directory, name] = [dirname(path), basename(path)];
    while (directory !== '/' && kindOf(directory) !== 'directory')
      [directory, name] = [dirname(directory), basename(directory)];
    // The root of the file system lies in no directory.
    if (name !== '') watchName(directory, name);
  }
  return {
    directories,
    isRelevant: (path) => {
      const names = directories.get(dirname(path));
      return directories.get(path) === 'all' || names === 'all' || names?.has(basename(path)) === true;
    },
  };
}
