import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { inject } from 'vitest';

import { schemaFaults } from '../../support/event-schema.js';
import { type Ran, type Running, runningOf } from './running.js';

export type { Ran, Running };

/** A program of the installation under test. */
export type Program = 'mkve' | 'mkve-bundle' | 'mkve-cache' | 'mkve-template';

export type As = 'caller' | 'user';

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Default: the rig's directory. */
  readonly cwd?: string;
  readonly onStart?: (pid: number) => void;
  readonly store?: string;
}

/**
 * A directory with a template, and the real mkve to run on it. Stores are shared: each rig's template has a name of
 * its own, which is part of the key of every hook.
 */
export class Rig {
  readonly directory: string;
  readonly name = `t${randomBytes(4).toString('hex')}`;
  readonly store: string;
  /** A store that nobody writes to, to be copied. */
  readonly seed: string;
  readonly #as: As;
  readonly #context = inject('e2e');

  constructor(as: As = 'caller') {
    this.#as = as;
    const { user } = this.#context;
    this.directory = mkdtempSync(join(this.#context.directory, `${as}-`));
    chmodSync(this.directory, 0o755);
    this.store = as === 'user' && user !== undefined ? user.store : this.#context.store;
    this.seed = as === 'user' && user !== undefined ? user.seed : this.#context.seed;
    this.template({});
    if (as === 'user' && user !== undefined) chownSync(this.directory, user.uid, user.gid);
  }

  get output(): string {
    return join(this.directory, 'out.bun');
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  /** Writes the template anew: hooks as name to script, in order; packages one a line. */
  template(content: {
    readonly hooks?: Readonly<Record<string, string>>;
    readonly listed?: readonly string[];
    readonly packages?: readonly string[];
    readonly conf?: Readonly<Record<string, string>>;
    readonly hypervisor?: string;
  }): void {
    const hypervisor = content.hypervisor ?? 'lxc';
    rmSync(this.path(this.name), { recursive: true, force: true });
    this.write(`${this.name}/hypervisors`, `${hypervisor}\n`);
    this.write(`${this.name}/version/${hypervisor}`, 'template_version=0.1\n');
    this.write(
      `${this.name}/packages-lists/${hypervisor}`,
      (content.packages ?? []).map((name) => `${name}\n`).join(''),
    );
    const hooks = Object.entries(content.hooks ?? {});
    const listed = content.listed ?? hooks.map(([name]) => name);
    if (listed.length > 0)
      this.write(`${this.name}/hooks-lists/${hypervisor}`, listed.map((name) => `${name}\n`).join(''));
    for (const [name, script] of hooks) this.hook(name, script);
    for (const [name, text] of Object.entries(content.conf ?? {}))
      this.write(`${this.name}/conf/${hypervisor}/${name}`, text);
  }

  hook(name: string, script: string): void {
    this.write(
      `${this.name}/hooks/${name}`,
      script.startsWith('#!') ? script : `#!/bin/sh\n${script}\n`,
      0o755,
    );
  }

  write(name: string, text: string, mode = 0o644): void {
    const path = this.path(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    chmodSync(path, mode);
  }

  /** `mkve-bundle` on the template, unsigned. */
  bundle(args: readonly string[] = [], options: RunOptions = {}): Promise<Ran> {
    const fixed = ['--hypervisor', 'lxc', '--suite', 'bookworm', '--force-no-sign', '--output', this.output];
    return this.run('mkve-bundle', [...fixed, ...args, this.path(this.name)], options);
  }

  mkve(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
    return this.run('mkve', args, options);
  }

  run(program: Program, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
    return this.exec([...this.program(program), ...args], options);
  }

  /** How a program of the installation under test is called. */
  program(name: Program): readonly string[] {
    return [process.execPath, join(this.#context.mkve, `dist/cli/${name}.js`)];
  }

  exec(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
    return this.start(argv, options).ended;
  }

  /** As `run`, for a test that has something to do while it goes on. */
  startRun(program: Program, args: readonly string[], options: RunOptions = {}): Running {
    return this.start([...this.program(program), ...args], options);
  }

  start(argv: readonly string[], options: RunOptions = {}): Running {
    const { user } = this.#context;
    const identity = this.#as === 'user' && user !== undefined ? { uid: user.uid, gid: user.gid } : {};
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: this.path('home'),
      MKVE_CACHE_DIR: options.store ?? this.store,
      ...options.env,
    };
    const [program = '', ...args] = argv;
    const child = spawn(program, args, {
      cwd: options.cwd ?? this.directory,
      env,
      ...identity,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const running = runningOf(child);
    options.onStart?.(running.pid);
    return running;
  }

  dispose(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** The steps that ran, without the target's name. */
export function stepsRan({ stdout }: Ran): readonly string[] {
  return [...stdout.matchAll(/^ran {6}(?:\S+?:)?(\S+) in /gm)].map(([, step]) => step ?? '');
}

/** The steps that ran, by their full names. */
export function idsRan({ stdout }: Ran): readonly string[] {
  return [...stdout.matchAll(/^ran {6}(\S+) in /gm)].map(([, id]) => id ?? '');
}

/** The steps that ran, where those of installing packages go by their kinds: their names hold the digest of the list. */
export function kindsRan({ stdout }: Ran): readonly string[] {
  const names = stdout.matchAll(/^ran {6}(?:(\w+):bookworm\S*|\S+:(\S+)) in /gm);
  return [...names].map(([, kind, step]) => kind ?? step ?? '');
}

/** What `--json` printed: every line must be an object as docs/events.schema.json has it. */
export function jsonOf({ stdout }: Ran): readonly Readonly<Record<string, unknown>>[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => {
      const object = JSON.parse(line) as Record<string, unknown>;
      const faults = schemaFaults(object);
      if (faults.length > 0) throw new Error(`${line}: ${faults.join('; ')}`);
      return object;
    });
}
