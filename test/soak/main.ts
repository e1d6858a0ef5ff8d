/**
 * `npm run soak [-- --minutes N] [--seed N] [--authors N]`: authors edit and build templates in one store, while builds
 * are killed, files of the store damaged and the store collected; every bundle is compared with one that is built anew.
 * Ends after the time given with a table of what was done, and with status 1 if anything was wrong.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Random } from '../support/random.js';
import { Builder, type Soak } from './builder.js';
import { mountsBelow, processesIn, run } from './machine.js';
import { drawTemplate, writeTemplate } from './soak-template.js';

/** What is left when all authors have come to their end. */
async function leftBehind({ directory, env }: Soak): Promise<readonly string[]> {
  const store = env['MKVE_CACHE_DIR'] ?? '';
  // One more build that has work to do: it sweeps up after the dead.
  const last = join(directory, 'last');
  writeTemplate(last, drawTemplate(new Random(1)));
  await run(
    [
      'mkve-bundle',
      ...['--hypervisor=lxc', '--suite=bookworm', '--force-no-sign', `--output=${last}.bun`],
      last,
    ],
    { env },
  );
  return [
    ...readdirSync(join(store, 'tmp')).map((name) => `staging: ${name}`),
    ...mountsBelow(directory).map((line) => `mount: ${line}`),
    ...processesIn(directory).map((line) => `process: ${line}`),
  ];
}

function roomyPlace(): string {
  const { bsize, bavail } = existsSync('/dev/shm') ? statfsSync('/dev/shm') : { bsize: 0, bavail: 0 };
  return bsize * bavail > 8e9 ? '/dev/shm' : tmpdir();
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '5' },
      seed: { type: 'string', default: String(Math.floor(Date.now() / 1000)) },
      authors: { type: 'string', default: '3' },
    },
  });
  const [minutes, seed, authors] = [values.minutes, values.seed, values.authors].map(Number);
  if (minutes === undefined || seed === undefined || authors === undefined || !(minutes * authors > 0)) {
    process.stderr.write('usage: npm run soak [-- --minutes N] [--seed N] [--authors N]\n');
    return 2;
  }
  const directory = mkdtempSync(join(roomyPlace(), 'mkve-soak-'));
  mkdirSync(join(directory, 'home'));
  const soak: Soak = {
    directory,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: join(directory, 'home'),
      MKVE_CACHE_DIR: join(directory, 'store'),
    },
    counts: new Map(),
    faults: [],
    over: AbortSignal.timeout(minutes * 60_000),
  };
  process.stdout.write(`soak: seed ${seed}, ${authors} authors, ${minutes} minutes\n`);
  const builders = Array.from(
    { length: authors },
    (_, index) => new Builder(soak, `author-${index}`, new Random(seed + index)),
  );
  await Promise.all(builders.map((builder) => builder.work()));
  soak.faults.push(...(await leftBehind(soak)).map((line) => `left behind: ${line}`));
  for (const [what, count] of [...soak.counts].sort())
    process.stdout.write(`${String(count).padStart(6)}  ${what}\n`);
  process.stdout.write(`${String(soak.faults.length).padStart(6)}  faults\n`);
  for (const fault of soak.faults) process.stdout.write(`\n${fault}\n`);
  if (soak.faults.length === 0) execFileSync('rm', ['-rf', directory]);
  else process.stdout.write(`\nkept for a look: ${directory}\n`);
  return soak.faults.length === 0 ? 0 : 1;
}

process.exitCode = await main();
