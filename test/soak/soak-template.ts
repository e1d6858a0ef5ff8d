import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { Random } from '../support/random.js';

/** A template as the soak edits it: hooks in order, each a few lines of shell, and a conf file. */
export interface SoakTemplate {
  readonly hooks: readonly string[];
  readonly notes: string;
}

const HOOKS = 4;

/** What a line leaves depends on what those before it left. */
function line(random: Random): string {
  const file = random.of(['/etc/one', '/etc/two', '/srv/dir/three', '/usr/share/doc/bash/four']);
  const other = random.of(['/etc/one', '/etc/two', '/srv/dir/three', '/etc/five']);
  return random.of([
    `echo ${random.below(1000)} >>${file}`,
    `cat ${file} ${other} 2>/dev/null | cksum >>/srv/dir/sums`,
    `rm -rf ${file}`,
    `[ ! -f ${file} ] || ln -f ${file} ${other} 2>/dev/null || true`,
    `[ ! -f ${file} ] || mv ${file} ${other} 2>/dev/null || true`,
    `head -c ${1 + random.below(3_000_000)} /dev/zero | tr '\\0' ${random.below(10)} >${file}`,
    'rm -rf /usr/share/doc/bash; mkdir -p /usr/share/doc/bash',
    `chown ${random.below(60_000)}:7 /srv/dir; chmod 4711 /srv/dir`,
    'mkfifo -m 640 /srv/fifo 2>/dev/null || true',
  ]);
}

function hook(random: Random): string {
  const lines = Array.from({ length: 1 + random.below(4) }, () => line(random));
  return ['#!/bin/sh', 'mkdir -p /srv/dir /usr/share/doc/bash', ...lines, 'exit 0', ''].join('\n');
}

export function drawTemplate(random: Random): SoakTemplate {
  return { hooks: Array.from({ length: HOOKS }, () => hook(random)), notes: `${random.below(10)}\n` };
}

/** The same with one part drawn anew. */
export function edited(template: SoakTemplate, random: Random): SoakTemplate {
  const at = random.below(HOOKS + 1);
  if (at === HOOKS) return { ...template, notes: `${random.below(10)}\n` };
  return { ...template, hooks: template.hooks.with(at, hook(random)) };
}

/** Writes it as a native template for lxc, in the place of whatever is there. */
export function writeTemplate(directory: string, { hooks, notes }: SoakTemplate): void {
  rmSync(directory, { recursive: true, force: true });
  const names = hooks.map((_, index) => `${index}-hook`);
  const files: Readonly<Record<string, string>> = {
    hypervisors: 'lxc\n',
    'version/lxc': 'template_version=1\n',
    'packages-lists/lxc': '',
    'hooks-lists/lxc': names.map((name) => `${name}\n`).join(''),
    'conf/lxc/notes': notes,
    ...Object.fromEntries(hooks.map((text, index) => [`hooks/${names[index]}`, text])),
  };
  for (const [name, text] of Object.entries(files)) {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    if (name.startsWith('hooks/')) chmodSync(path, 0o755);
  }
}
