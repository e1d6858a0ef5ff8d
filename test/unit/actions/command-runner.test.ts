import { describe, expect, it } from 'vitest';

import { loadCommandRunner } from '../../../src/actions/index.js';
import type { CommandRunner } from '../../../src/base/index.js';
import { spawnRunner } from '../../support/spawn-runner.js';

const runners: readonly (readonly [string, () => Promise<CommandRunner>])[] = [
  ['the real runner', loadCommandRunner],
  ['the runner of tests', () => Promise.resolve(spawnRunner)],
];

describe.each(runners)('%s', (_name, load) => {
  const env = { PATH: '/usr/bin:/bin' };

  it('keeps what a program writes to descriptor 3 apart from its output', async () => {
    const told: Uint8Array[] = [];
    const said: Uint8Array[] = [];
    const runner = await load();
    const outcome = await runner.run({
      argv: ['sh', '-c', 'cat; echo told >&3; echo said; echo more >&3'],
      env,
      stdin: 'asked ',
      onStatus: (chunk) => told.push(chunk),
      onOutput: (chunk) => said.push(chunk),
    });
    expect(outcome).toMatchObject({ kind: 'exited', status: 0 });
    expect(Buffer.concat(told).toString()).toBe('told\nmore\n');
    expect(Buffer.concat(said).toString()).toBe('asked said\n');
  });

  it('ends a program that writes more than it should', async () => {
    const runner = await load();
    const outcome = await runner.run({ argv: ['yes'], env, mostOutput: 100_000 });
    expect(outcome).toMatchObject({ kind: 'killed', flooded: true });
  });

  it('does not wait for what a program leaves behind, where it is told so, and has all that it said itself', async () => {
    const runner = await load();
    const script = 'sleep 1000 & echo $!; head -c 60000 /dev/zero; exit 3';
    const outcome = await runner.run({ argv: ['sh', '-c', script], env, endsWith: 'program' });
    expect(outcome).toMatchObject({ kind: 'exited', status: 3 });
    if (outcome.kind === 'not-found') return;
    const pid = Number.parseInt(outcome.stdout.toString(), 10);
    process.kill(pid, 'SIGKILL');
    expect(outcome.stdout.length).toBe(60_000 + `${pid}\n`.length);
  });
});
