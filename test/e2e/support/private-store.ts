import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Copies a store, for tests that look into it or damage it. Others may be writing to it: what is unfinished there
 * (staging, locks, files that are not published yet) is left out.
 */
export function copyStore(from: string, to: string): void {
  mkdirSync(to, { mode: 0o700 });
  const { uid, gid } = statSync(from);
  chownSync(to, uid, gid);
  const left = ['./tmp', './locks', '.*.tmp'].map((pattern) => `--exclude='${pattern}'`).join(' ');
  const options = '--xattrs --xattrs-include="*" --numeric-owner';
  // Status 1 says that a file came or went meanwhile.
  const script = `{ tar ${options} ${left} -C "$1" -cf - . || [ $? = 1 ]; } | tar ${options} -C "$2" -xpf -`;
  execFileSync('bash', ['-o', 'pipefail', '-c', script, 'copy', from, to], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const name of ['tmp', 'locks']) {
    mkdirSync(join(to, name));
    chownSync(join(to, name), uid, gid);
  }
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
