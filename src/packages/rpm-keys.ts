import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { type CommandRunner, err, ok, type Result } from '../base/index.js';
import type { Keyring } from '../graph/index.js';
import type { Failure } from '../report/index.js';

/**
 * Whether every package file is signed by one of the keys: rpmkeys(8) with a database of ours, so that keys the host
 * trusts do not count. Asked each time packages are used: what lies in the store may have come from a repository
 * whose signatures nobody asked for.
 */
export async function checkRpmSignatures(
  files: readonly string[],
  check: {
    readonly keyrings: readonly Keyring[];
    /** A private directory. */
    readonly directory: string;
    readonly runner: CommandRunner;
    readonly environment: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
  },
): Promise<Result<void, Failure>> {
  if (files.length === 0) return ok(undefined);
  const { keyrings, runner, environment, signal } = check;
  const database = join(check.directory, 'keys');
  await mkdir(database);
  const rpmkeys = (...args: readonly string[]) =>
    runner.run({
      argv: ['rpmkeys', '--dbpath', database, '--define', '_pkgverify_level all', ...args],
      env: { ...environment, LC_ALL: 'C.UTF-8' },
      signal,
    });
  for (const { file } of keyrings) {
    const imported = await rpmkeys('--import', file);
    if (signal.aborted) return err({ kind: 'cancelled' });
    if (imported.kind === 'not-found') return err({ kind: 'host-lacks', needs: [RPM_NEED] });
    if (imported.kind !== 'exited' || imported.status !== 0)
      return err({ kind: 'input-unreadable', file, detail: 'not an OpenPGP public key in ASCII armour' });
  }
  const checked = await rpmkeys('--checksig', '--verbose', ...files);
  if (signal.aborted) return err({ kind: 'cancelled' });
  if (checked.kind === 'not-found') return err({ kind: 'host-lacks', needs: [RPM_NEED] });
  if (checked.kind === 'exited' && checked.status === 0) return ok(undefined);
  return err(untrusted(checked.stdout.toString()));
}

const RPM_NEED = {
  what: 'rpmkeys',
  why: 'checks the signatures of packages',
  remedy: 'sudo apt-get install rpm (Debian), sudo dnf install rpm (Fedora)',
};

/** `--verbose` prints a line with the file's name and below it one a check, which ends in `OK` or a reason. */
function untrusted(said: string): Failure {
  const blocks = said.split(/^(?=\/)/m);
  const bad = blocks.find((block) => !isGood(block)) ?? said;
  const [file = '', ...lines] = bad.split('\n').map((line) => line.trim());
  const reasons = lines.filter((line) => line !== '' && !line.endsWith(': OK'));
  return {
    kind: 'repository-untrusted',
    url: file.replace(/:$/, '').replace(/^.*\//, ''),
    detail: reasons.length === 0 ? 'the package is not signed' : reasons.join('; '),
  };
}

function isGood(block: string): boolean {
  const lines = block
    .split('\n')
    .slice(1)
    .filter((line) => line.trim() !== '');
  return lines.some((line) => /signature/i.test(line)) && lines.every((line) => line.trim().endsWith('OK'));
}
