import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { type Command, timed } from './command.js';
import { type Effort, effortOf } from './effort.js';
import { ownTimeOfHooks } from './hook-time.js';
import { copyTemplate, type TemplateCopy } from './template-copy.js';

export const SUITE = 'bookworm';
const HYPERVISOR = 'openvz';
const ROOT = resolve(import.meta.dirname, '../..');
/** The template that is measured. */
export const FIXTURE = join(ROOT, 'fixtures/templates/pptp-server');
const PROGRAM = join(ROOT, 'dist/cli/mkve-bundle.js');
const MKVE = join(ROOT, 'dist/cli/mkve.js');

/** One run of mkve-bundle. Milliseconds. */
export interface BundleRun {
  readonly wall: number;
  readonly hooks: number;
}

/** A private directory with all that the rows need; the mkve under test is the compiled one. */
export class Workbench {
  readonly directory: string;
  readonly template: TemplateCopy;
  /** Of every program that is measured: none of the caller's settings. */
  readonly env: Readonly<Record<string, string>>;
  readonly signed: boolean;
  readonly #log: string;

  /** @param filledStore its copy is the store; without it the store is empty */
  constructor(filledStore: string | undefined) {
    if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is missing: run npm run build first`);
    this.directory = mkdtempSync(join(roomyPlace(), 'mkve-bench-'));
    this.env = {
      PATH: process.env['PATH'] ?? '',
      HOME: this.#make('home'),
      GNUPGHOME: this.#make('gpg'),
      MKVE_CACHE_DIR: join(this.directory, 'store'),
    };
    if (filledStore !== undefined) asOwner(['cp', '--archive', filledStore, this.store]);
    this.signed = makeKey(this.env);
    this.#log = join(this.directory, 'mkve.log');
    this.template = copyTemplate(
      {
        directory: FIXTURE,
        stockHooks: join(ROOT, 'src/stock/hooks'),
        hypervisor: HYPERVISOR,
      },
      this.directory,
    );
  }

  get store(): string {
    return this.env['MKVE_CACHE_DIR'] ?? '';
  }

  /** The command line of all rows. */
  get bundleCommand(): Command {
    const options = [
      ...['--hypervisor', HYPERVISOR, '--suite', SUITE, '--output', join(this.directory, 'out.bun')],
      ...(this.signed ? [] : ['--force-no-sign']),
    ];
    return { argv: [process.execPath, PROGRAM, ...options, this.template.directory], env: this.env };
  }

  /**
   * The command line of `mkve` on an mkvefile of its own, beside the template.
   * @param template as the mkvefile says it: `{ path: './pptp-server' }`
   */
  mkveCommand(template: string, args: readonly string[]): Command {
    const name = `${createHash('sha256').update(template).digest('hex').slice(0, 8)}.mkvefile.ts`;
    const sign = this.signed ? '{}' : 'false';
    writeFileSync(
      join(this.directory, name),
      `import { defineConfig, mmdebstrap } from 'mkve';
export default defineConfig({
  templates: { 'pptp-server': ${template} },
  packages: mmdebstrap({ suite: '${SUITE}' }),
  sign: ${sign},
});
`,
    );
    return { argv: [process.execPath, MKVE, ...args, '--file', join(this.directory, name)], env: this.env };
  }

  /** Builds, and learns from the log how long the hooks took by themselves. */
  async build(): Promise<BundleRun> {
    const { argv, env } = this.bundleCommand;
    const wall = await this.time({ argv: [...argv, '--logfile', this.#log], env });
    return { wall, hooks: ownTimeOfHooks(readFileSync(this.#log, 'utf8')) };
  }

  /** Milliseconds. */
  time(command: Command): Promise<number> {
    return timed(command, join(this.directory, 'printed'));
  }

  /** What the program that was timed last has printed. */
  printed(): string {
    return readFileSync(join(this.directory, 'printed'), 'utf8');
  }

  effort(command: Command): Promise<Effort | undefined> {
    return effortOf(command, { trace: join(this.directory, 'trace'), log: join(this.directory, 'printed') });
  }

  deleteOutput(): void {
    rmSync(join(this.directory, 'out.bun'), { force: true });
  }

  deleteStore(): void {
    removeTree(this.store);
  }

  dispose(): void {
    spawnSync('gpgconf', ['--kill', 'all'], { env: this.env });
    removeTree(this.directory);
  }

  #make(name: string): string {
    const directory = join(this.directory, name);
    mkdirSync(directory, { mode: 0o700 });
    return directory;
  }
}

/** Memory where it is large enough, so that the disk of the day does not decide. */
function roomyPlace(): string {
  const { bsize, bavail } = existsSync('/dev/shm') ? statfsSync('/dev/shm') : { bsize: 0, bavail: 0 };
  return bsize * bavail > 4e9 ? '/dev/shm' : tmpdir();
}

/** A key without a passphrase, so that a signature is part of what is measured, as it is for a user. */
function makeKey(env: Readonly<Record<string, string>>): boolean {
  const user = 'mkve bench <bench@example.org>';
  const argv = [
    '--batch',
    '--quiet',
    '--passphrase',
    '',
    '--quick-generate-key',
    user,
    'ed25519',
    'sign',
    'never',
  ];
  return spawnSync('gpg', argv, { env }).status === 0;
}

function removeTree(directory: string): void {
  asOwner(['rm', '-rf', directory]);
}

/** Layers hold files of subordinate ids, which even their owner may touch only inside a user namespace. */
function asOwner(command: readonly string[]): void {
  const inside = process.getuid?.() === 0 ? [] : ['unshare', '--map-root-user', '--map-auto'];
  const [program = '', ...args] = [...inside, ...command];
  execFileSync(program, args);
}
