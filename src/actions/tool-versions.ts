import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { accessSync, constants, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Which versions of the host's programs a result depends on. */
export interface Tools {
  /** `1.3.5`; `absent` where there is no such program and nobody remembers one. */
  versionOf(program: string): string;
}

/** The part of an action document that names programs of the host. */
export function describeTools(tools: Tools, programs: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(programs.map((program) => [program, tools.versionOf(program)]));
}

interface Known {
  /** What tells the file of the program from any that took its place. */
  readonly stamp: string;
  readonly version: string;
}

/**
 * Programs are asked for their version once, until their file is another one: keys are made in every build, and starting
 * mmdebstrap only to hear that nothing has changed would take longer than such a build.
 */
export class ToolVersions implements Tools {
  readonly #path: string;
  readonly #record: string;
  #known: Record<string, Known> | undefined;

  /**
   * @param path directories separated by colons, as in `PATH`
   * @param record the file in which versions are remembered
   */
  constructor(path: string, record: string) {
    this.#path = path;
    this.#record = record;
  }

  versionOf(program: string): string {
    const found = this.#find(program);
    this.#known ??= readRecord(this.#record);
    const known = this.#known[program];
    // What it made while it was there is as good as it was; what it would have to make fails and says what is missing.
    if (found === undefined) return known?.version ?? 'absent';
    if (known?.stamp === found.stamp) return known.version;
    const version = askVersion(found.file, this.#path);
    this.#known[program] = { stamp: found.stamp, version };
    this.#remember(this.#known);
    return version;
  }

  #find(program: string): { readonly file: string; readonly stamp: string } | undefined {
    for (const directory of this.#path.split(':')) {
      if (directory === '') continue;
      const file = join(directory, program);
      try {
        accessSync(file, constants.X_OK);
        const { dev, ino, size, mtimeMs, ctimeMs } = statSync(file);
        return { file, stamp: [file, dev, ino, size, mtimeMs, ctimeMs].join(' ') };
      } catch {
        // Not there, or in a directory that this user may not enter.
      }
    }
    return undefined;
  }

  #remember(known: Readonly<Record<string, Known>>): void {
    const staged = `${this.#record}.${randomBytes(6).toString('hex')}.tmp`;
    try {
      writeFileSync(staged, JSON.stringify(known));
      renameSync(staged, this.#record);
    } catch {
      // Whoever cannot remember it asks again.
    }
  }
}

function readRecord(file: string): Record<string, Known> {
  try {
    const read = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Partial<Known> | null> | null;
    const entries = Object.entries(read ?? {});
    return Object.fromEntries(entries.filter((entry): entry is [string, Known] => isKnown(entry[1])));
  } catch {
    return {};
  }
}

function isKnown(entry: Partial<Known> | null): entry is Known {
  return typeof entry?.stamp === 'string' && typeof entry.version === 'string';
}

function askVersion(file: string, path: string): string {
  const { stdout } = spawnSync(file, ['--version'], {
    env: { PATH: path, LC_ALL: 'C' },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return /\d+(?:\.\d+)+[\w.+~-]*/.exec(stdout ?? '')?.[0] ?? 'unknown';
}
