import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { BackendName } from '../../graph/index.js';
import { type Abilities, BACKENDS, type Choice, chooseBackend } from '../../packages/index.js';
import { isProgram } from './is-program.js';
import type { Machine } from './machine.js';
import type { Need } from './need.js';

type Where = Pick<Machine, 'environment' | 'etc'>;

/** What `auto` means on a machine, and why. */
export function backendFor(machine: Where): Choice {
  return chooseBackend(
    osRelease(machine.etc ?? '/etc'),
    (program) => lacking(machine, [program]).length === 0,
  );
}

/** Each package backend: whether its programs are there, what it can, and why `auto` is the one it is. */
export function backendNeeds(machine: Where): readonly Need[] {
  const chosen = backendFor(machine);
  return (Object.keys(BACKENDS) as BackendName[]).map((name) => {
    const { serves, programs, abilities } = BACKENDS[name];
    const missing = lacking(machine, programs);
    const isChosen = name === chosen.backend;
    const detail = [
      ...(isChosen ? [`auto means this one, because ${chosen.because}`] : []),
      missing.length === 0 ? abilityWords(abilities) : `lacks ${missing.join(', ')}`,
    ].join('; ');
    // What the chosen one lacks stands among the tools, with the command that brings it.
    return { name, kind: 'backend', why: serves, required: false, found: missing.length === 0, detail };
  });
}

function abilityWords({ resolves, installs, offline }: Abilities): string {
  return [
    resolves === 'beforehand'
      ? 'exact packages known beforehand'
      : 'packages resolved while they are installed',
    installs === 'as-a-layer' ? 'installs on a shared base' : 'installs together with the base',
    offline === 'from-the-store' ? 'builds again offline' : 'offline only what is cached',
  ].join(', ');
}

function lacking({ environment }: Where, programs: readonly string[]): readonly string[] {
  const directories = (environment['PATH'] ?? '').split(':').filter((directory) => directory !== '');
  return programs.filter((program) => !directories.some((directory) => isProgram(join(directory, program))));
}

function osRelease(etc: string): string {
  try {
    return readFileSync(join(etc, 'os-release'), 'utf8');
  } catch {
    return '';
  }
}
