/**
 * `npm run bench:pack [-- --quick]`: one table of what packing costs, cold and after changes, beside the programs that
 * one would use instead, on a tree of the size of a minimal Debian and on one of about 1 GB. `--quick` takes the small
 * one only. Its exit status says whether it could measure, never how the figures are.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { formatSize } from '../../../src/report/index.js';
import { TreeObjects } from '../../../src/tree/index.js';
import { median } from '../command.js';
import { describeLoad, describeMachine } from '../machine.js';
import { seconds } from '../table.js';
import { addBigFiles, addSparseFiles, type Change, change, copyOfHost, warmUp } from './sample-tree.js';
import { type KnownDigests, scan } from './scan.js';

/** Compiled by `npm run bench:pack`. */
const PACK_ONCE = resolve(import.meta.dirname, '../../../dist/bench/pack-once.js');
const ROUNDS = 3;
const MIB = 1024 * 1024;

interface Figure {
  readonly name: string;
  readonly ms: readonly number[];
  readonly size: number;
  readonly peakKib?: number;
  readonly compressed?: string;
}

/** A directory with a tree to pack, and a store. */
class Bench {
  readonly directory = mkdtempSync(join(roomyPlace(), 'mkve-bench-pack-'));
  readonly #known: KnownDigests = new Map();

  get tree(): string {
    return join(this.directory, 'tree');
  }

  emptyStore(): void {
    rmSync(join(this.directory, 'store'), { recursive: true, force: true });
    for (const name of ['blobs', 'segments', 'layers', 'tmp'])
      mkdirSync(join(this.directory, 'store', name), { recursive: true });
  }

  async pack(format: string, level: number): Promise<Omit<Figure, 'name' | 'ms'> & { readonly ms: number }> {
    const objects = new TreeObjects();
    const root = await scan(objects, this.tree, this.#known);
    const file = join(this.directory, 'objects');
    writeFileSync(file, objects.packSince(root, undefined));
    const argv = [PACK_ONCE, this.tree, root, file, join(this.directory, 'store'), format, `${level}`];
    const env = { ...process.env, UV_THREADPOOL_SIZE: '4' };
    const said = JSON.parse(execFileSync(process.execPath, argv, { encoding: 'utf8', env })) as {
      readonly ms: number;
      readonly size: number;
      readonly compressed: number;
      readonly segments: number;
      readonly peakKib: number;
    };
    return { ...said, compressed: `${said.compressed}/${said.segments}` };
  }

  /** A program that one would use instead; nothing where it is missing. */
  rival(name: string, script: string): Figure | undefined {
    const program = /\b(gzip|pigz|zstd|bsdtar|mksquashfs)\b/.exec(script)?.[0] ?? '';
    if (spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0) return undefined;
    const out = join(this.directory, 'rival.out');
    const ms = Array.from({ length: ROUNDS }, () => {
      rmSync(out, { force: true });
      const started = performance.now();
      execFileSync('sh', ['-c', script, 'sh', this.tree, out], { stdio: 'ignore' });
      return performance.now() - started;
    });
    return { name, ms, size: statSync(out).size };
  }

  dispose(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

const RIVALS: readonly (readonly [string, string])[] = [
  ['tar | gzip', 'tar --numeric-owner -C "$1" -cf - . | gzip -6 >"$2"'],
  ['tar | pigz', 'tar --numeric-owner -C "$1" -cf - . | pigz -6 >"$2"'],
  ['tar | zstd -T0', 'tar --numeric-owner -C "$1" -cf - . | zstd -q -3 -T0 >"$2"'],
  ['bsdtar --gzip', 'bsdtar --numeric-owner -C "$1" -czf "$2" .'],
  ['mksquashfs', 'mksquashfs "$1" "$2" -quiet -no-progress'],
];

const CHANGES: readonly Change[] = ['nothing', 'a small file', 'a big file', 'a package'];

async function measure(bench: Bench): Promise<readonly Figure[]> {
  warmUp(bench.tree);
  const rivals = RIVALS.flatMap(([name, script]) => {
    const figure = bench.rival(name, script);
    if (figure === undefined)
      say(`${name} is left out: apt-get install pigz zstd libarchive-tools squashfs-tools`);
    return figure === undefined ? [] : [figure];
  });
  const ours: Figure[] = [];
  for (const [format, level] of [
    ['tar.gz', 6],
    ['tar.zst', 3],
  ] as const) {
    const cold = [];
    for (let round = 0; round < ROUNDS; round++) {
      bench.emptyStore();
      cold.push(await bench.pack(format, level));
    }
    ours.push(figureOf(`mkve ${format}, cold`, cold));
    for (const what of CHANGES) {
      const warm = [];
      for (let round = 0; round < ROUNDS; round++) {
        change(bench.tree, what, Date.now());
        warm.push(await bench.pack(format, level));
      }
      ours.push(figureOf(`mkve ${format}, changed: ${what}`, warm));
    }
  }
  return [...rivals, ...ours];
}

function figureOf(
  name: string,
  runs: readonly (Omit<Figure, 'name' | 'ms'> & { readonly ms: number })[],
): Figure {
  const last = runs.at(-1);
  if (last === undefined) throw new Error('nothing was run');
  const peakKib = Math.max(...runs.map((run) => run.peakKib ?? 0));
  return { ...last, name, ms: runs.map(({ ms }) => ms), peakKib };
}

function show(title: string, figures: readonly Figure[]): void {
  const gzip = median(figures.find(({ name }) => name === 'tar | gzip')?.ms ?? []);
  const lines = [
    ['', 'median', 'min', 'size', 'segments', 'peak memory', 'tar|gzip is'],
    ...figures.map(({ name, ms, size, peakKib, compressed }) => [
      name,
      seconds(median(ms)),
      seconds(Math.min(...ms)),
      formatSize(size),
      compressed ?? '-',
      peakKib === undefined ? '-' : formatSize(1024 * peakKib),
      Number.isNaN(gzip) ? '-' : `${(gzip / median(ms)).toFixed(1)} times`,
    ]),
  ];
  const widths =
    lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  say(`\n${title}`);
  for (const line of lines) {
    const cells = line.map((cell, at) =>
      at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0),
    );
    say(cells.join('  '));
  }
}

async function main(args: readonly string[]): Promise<number> {
  const strange = args.find((argument) => argument !== '--quick');
  if (strange !== undefined || !existsSync(PACK_ONCE)) {
    process.stderr.write('usage: npm run bench:pack [-- --quick]\n');
    return 2;
  }
  const load = describeLoad();
  await withBench(async (bench) => {
    say(describeMachine(bench.directory));
    if (load !== undefined) say(load);
    say('a segment that was compressed / all segments; memory is that of the packing process');
    copyOfHost(bench.tree, 200 * MIB);
    show('a tree of 200 MB', await measure(bench));
  });
  if (args.includes('--quick')) return 0;
  await withBench(async (bench) => {
    copyOfHost(bench.tree, 600 * MIB);
    addBigFiles(bench.tree, [150 * MIB, 250 * MIB]);
    show('a tree of 1 GB, two files of which are 150 and 250 MB', await measure(bench));
  });
  await withBench(async (bench) => {
    addSparseFiles(bench.tree, 4, 1024 * MIB);
    bench.emptyStore();
    show('a tree of 4 GB that holds little, for its memory', [
      figureOf('mkve tar.zst, cold', [await bench.pack('tar.zst', 3)]),
    ]);
  });
  return 0;
}

async function withBench(use: (bench: Bench) => Promise<void>): Promise<void> {
  const bench = new Bench();
  try {
    await use(bench);
  } finally {
    bench.dispose();
  }
}

/** Memory where it is large enough, so that the disk of the day does not decide. */
function roomyPlace(): string {
  const { bsize, bavail } = existsSync('/dev/shm') ? statfsSync('/dev/shm') : { bsize: 0, bavail: 0 };
  return bsize * bavail > 12e9 ? '/dev/shm' : tmpdir();
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = await main(process.argv.slice(2));
