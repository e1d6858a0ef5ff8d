import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** A store of a test's own, to look into or to damage, with the owners and attributes of the one it is copied from. */
export function copySeed(seed: string, to: string): void {
  execFileSync('cp', ['-a', '--reflink=auto', seed, to]);
}

/** What unfinished work has left in a store, and hidden files beside an output. */
export function leftovers(store: string, ...directories: readonly string[]): readonly string[] {
  return [
    ...readdirSync(join(store, 'tmp')),
    ...directories.flatMap((directory) => readdirSync(directory).filter((file) => file.endsWith('.tmp'))),
  ];
}

/** The lock of a dead process stays until somebody wants it. */
export function locks(store: string): readonly string[] {
  return readdirSync(join(store, 'locks'));
}
