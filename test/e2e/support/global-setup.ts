import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    readonly e2e: E2eContext;
  }
}

export interface E2eContext {
  /** A private directory for everything the tests make. */
  readonly directory: string;
  /** A store in which the base of the tests' suite is built already, shared by the tests. */
  readonly store: string;
  /** What was in it before any test: for tests that want a store of their own. Nobody writes to it. */
  readonly seed: string;
  /** The installation of mkve under test. */
  readonly mkve: string;
  /** An ordinary user with subordinate ids; absent when the tests themselves run as one. */
  readonly user?: {
    readonly name: string;
    readonly uid: number;
    readonly gid: number;
    readonly store: string;
    readonly seed: string;
  };
}

const ROOT = resolve(import.meta.dirname, '../../..');
/** One a checkout, so that the tests of two checkouts can run at once, and a user that a killed run left is found again. */
const USER = `mkve-e2e-${createHash('sha256').update(ROOT).digest('hex').slice(0, 6)}`;

/** Builds once what most tests start from: the real thing, from the host's mirrors. */
export default async function setup(project: TestProject): Promise<() => void> {
  const directory = mkdtempSync(join(scratch(), 'mkve-e2e-'));
  execFileSync('chmod', ['755', directory]);
  const teardown = () => {
    execFileSync('rm', ['-rf', directory]);
    if (process.getuid?.() === 0) spawnSync('userdel', [USER]);
  };
  try {
    const mkve = installUnder(directory);
    const store = join(directory, 'store');
    const user = process.getuid?.() === 0 ? addUser(directory) : undefined;
    const template = writeSeed(directory);
    await Promise.all([
      seed({ mkve, store, directory, template }),
      ...(user === undefined ? [] : [seed({ mkve, store: user.store, directory, template, user: USER })]),
    ]);
    for (const filled of [store, ...(user === undefined ? [] : [user.store])])
      execFileSync('cp', ['-a', filled, seedOf(filled)]);
    project.provide('e2e', {
      directory,
      store,
      seed: seedOf(store),
      mkve,
      ...(user === undefined ? {} : { user }),
    });
    return teardown;
  } catch (thrown) {
    teardown();
    throw thrown;
  }
}

/** Memory where it is large enough: the tests make many small files. */
function scratch(): string {
  const { bsize, bavail } = existsSync('/dev/shm') ? statfsSync('/dev/shm') : { bsize: 0, bavail: 0 };
  return bsize * bavail > 6e9 ? '/dev/shm' : tmpdir();
}

/** Copied, because an ordinary user may not be able to enter the checkout. */
function installUnder(directory: string): string {
  const target = join(directory, 'mkve');
  mkdirSync(target);
  for (const name of ['dist', 'src', 'package.json', 'node_modules']) {
    execFileSync('cp', ['-a', '--reflink=auto', join(ROOT, name), target]);
  }
  execFileSync('chmod', ['-R', 'a+rX', target]);
  return target;
}

function addUser(directory: string): NonNullable<E2eContext['user']> {
  spawnSync('userdel', [USER]);
  const home = join(directory, 'home');
  // useradd gives subordinate ids as login.defs(5) says; nothing is left to chance by saying which.
  execFileSync('useradd', ['--create-home', '--home-dir', home, '--add-subids-for-system', '--system', USER]);
  const id = (flag: string) => Number(execFileSync('id', [flag, USER], { encoding: 'utf8' }));
  return {
    name: USER,
    uid: id('-u'),
    gid: id('-g'),
    store: join(home, 'store'),
    seed: seedOf(join(home, 'store')),
  };
}

function seedOf(store: string): string {
  return `${store}-seed`;
}

/** A template with nothing but the base. */
function writeSeed(directory: string): string {
  const template = join(directory, 'seed');
  mkdirSync(join(template, 'packages-lists'), { recursive: true });
  mkdirSync(join(template, 'version'));
  writeFileSync(join(template, 'hypervisors'), 'lxc\n');
  writeFileSync(join(template, 'version/lxc'), 'template_version=1\n');
  writeFileSync(join(template, 'packages-lists/lxc'), '');
  return template;
}

async function seed(at: {
  readonly mkve: string;
  readonly store: string;
  readonly directory: string;
  readonly template: string;
  readonly user?: string;
}): Promise<void> {
  const output = join(at.user === undefined ? at.directory : join(at.directory, 'home'), 'seed.bun');
  const bundle = [
    join(at.mkve, 'dist/cli/mkve-bundle.js'),
    '--hypervisor=lxc',
    '--suite=bookworm',
    '--force-no-sign',
  ];
  const argv = [process.execPath, ...bundle, `--output=${output}`, at.template];
  const [program = '', ...args] = at.user === undefined ? argv : ['runuser', '-u', at.user, '--', ...argv];
  const env = { ...process.env, MKVE_CACHE_DIR: at.store, HOME: join(at.directory, 'no-home') };
  await promisify(execFile)(program, args, { env });
}
