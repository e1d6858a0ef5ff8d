import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { checkSignature, type SignatureOutcome, type SignFailure, sign } from '../../src/bundle/index.js';
import { privateDirectory, TOOLS_ENV } from './bundle-rig.js';
import { spawnRunner } from './spawn-runner.js';

export type Env = Record<string, string>;

export const SIGNED_BYTES = Buffer.from('{"what":"is signed"}\n');

/** Throw-away homes of gpg, and the agents that gpg starts for them. */
export interface GpgRig {
  readonly path: string;
  newHome(name: string, pinentry?: string): Promise<Env>;
  check(signature: Uint8Array, env: Env, bytes?: Uint8Array): Promise<SignatureOutcome>;
  remove(): Promise<void>;
}

// gpg-agent's socket stands in the home, and a socket's path holds 107 bytes (unix(7)); these paths are short.
export function gpgRig(): GpgRig {
  const directory = privateDirectory();
  const homes: Env[] = [];
  return {
    path: directory.path,
    async newHome(name, pinentry) {
      const home = join(directory.path, name);
      const env = { ...TOOLS_ENV, GNUPGHOME: home };
      homes.push(env);
      await mkdir(home, { mode: 0o700 });
      if (pinentry === undefined) return env;
      await writeFile(join(home, 'pinentry'), pinentry, { mode: 0o755 });
      await writeFile(join(home, 'gpg-agent.conf'), `pinentry-program ${join(home, 'pinentry')}\n`);
      return env;
    },
    check: (signature, env, bytes = SIGNED_BYTES) =>
      checkSignature({ runner: spawnRunner, env, tempDir: directory.path, bytes, signature }),
    async remove() {
      for (const env of homes) await stopAgent(env);
      await directory.remove();
    },
  };
}

export async function stopAgent(env: Env): Promise<void> {
  await spawnRunner.run({ argv: ['gpgconf', '--kill', 'all'], env });
}

export async function gpg(env: Env, ...args: readonly string[]): Promise<Buffer> {
  const outcome = await spawnRunner.run({ argv: ['gpg', '--batch', '--quiet', ...args], env });
  if (outcome.kind !== 'exited' || outcome.status !== 0) throw new Error(`gpg ${args.join(' ')} failed`);
  return outcome.stdout;
}

export function newKey(env: Env, user: string, passphrase = ''): Promise<Buffer> {
  return gpg(env, '--passphrase', passphrase, '--quick-generate-key', user, 'ed25519', 'sign', 'never');
}

export async function signWith(env: Env, key?: string): Promise<Buffer> {
  const made = await trySigning(env, key);
  if (!made.ok) throw new Error(made.error.detail);
  return made.value;
}

export async function signFailure(env: Env, key?: string): Promise<SignFailure | undefined> {
  const made = await trySigning(env, key);
  return made.ok ? undefined : made.error;
}

function trySigning(env: Env, key: string | undefined) {
  return sign({ runner: spawnRunner, env, bytes: SIGNED_BYTES, ...(key === undefined ? {} : { key }) });
}
