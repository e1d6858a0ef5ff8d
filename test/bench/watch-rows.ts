import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

import { median } from './command.js';
import { ownTimeOfHooks } from './hook-time.js';
import { writesFile } from './scenarios.js';
import { atMostBeyondHooks, type Row } from './table.js';
import type { Workbench } from './workbench.js';

const ROUNDS = 5;
/** Issue B, "Shown by", after issue C. */
const MOST_BEYOND_HOOKS = 400;
const TEMPLATE = `{ path: './pptp-server', hypervisors: ['openvz'], output: 'watched.bun' }`;

type Event = Readonly<Record<string, unknown>>;

interface Loop {
  /** Milliseconds from the save to the bundle. */
  readonly wall: number;
  readonly hooks: number;
}

/** The inner loop in watch mode, and the same edits each followed by `mkve build`. */
export async function watchRows(bench: Workbench): Promise<readonly Row[]> {
  bench.template.apply({ kind: 'nothing' });
  const watched = await watchLoops(bench);
  const built: Loop[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    bench.template.saveLastHook(writesFile('built', round));
    built.push(await buildLoop(bench));
  }
  return [
    rowOf('last hook saved, mkve watch', watched, MOST_BEYOND_HOOKS),
    rowOf('last hook saved, mkve build', built),
  ];
}

function rowOf(name: string, loops: readonly Loop[], aim?: number): Row {
  const beyond = median(loops.map(({ wall, hooks }) => wall - hooks));
  return {
    name,
    wall: loops.map(({ wall }) => wall),
    hooks: median(loops.map(({ hooks }) => hooks)),
    ...(aim === undefined ? {} : { verdict: atMostBeyondHooks(beyond, aim) }),
  };
}

async function watchLoops(bench: Workbench): Promise<readonly Loop[]> {
  const { argv, env } = bench.mkveCommand(TEMPLATE, ['watch', '--json']);
  const [program, ...args] = argv;
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const events = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const loops: Loop[] = [];
  try {
    await until(events, 'watch-waiting');
    for (let round = 0; round < ROUNDS; round++) {
      const saved = performance.now();
      bench.template.saveLastHook(writesFile('watched', round));
      const { told, at } = await until(events, 'target-finished');
      loops.push({ wall: at - saved, hooks: ownTimeOfHooks(outputOf(told)) });
      await until(events, 'watch-waiting');
    }
  } finally {
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('exit', resolve));
  }
  return loops;
}

/** Reads events up to one of a type. A target that is not built ends the bench. */
async function until(
  events: AsyncIterator<string>,
  type: string,
): Promise<{ readonly told: readonly Event[]; readonly at: number }> {
  const told: Event[] = [];
  for (let next = await events.next(); next.done !== true; next = await events.next()) {
    const event = JSON.parse(next.value) as Event;
    told.push(event);
    if (event['type'] === 'step-failed') throw new Error(`mkve watch: ${next.value}`);
    if (event['type'] === type) return { told, at: performance.now() };
  }
  throw new Error(`mkve watch ended before it told of ${type}`);
}

function outputOf(events: readonly Event[]): string {
  return events.map(({ type, text }) => (type === 'step-output' ? String(text) : '')).join('');
}

async function buildLoop(bench: Workbench): Promise<Loop> {
  const wall = await bench.time(bench.mkveCommand(TEMPLATE, ['build', '--verbose']));
  return { wall, hooks: ownTimeOfHooks(bench.printed()) };
}
