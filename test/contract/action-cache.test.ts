import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

import { describe, expect, it, onTestFinished } from 'vitest';

import { hexOf } from '../../src/base/index.js';
import { type ActionResult, bootId, DiskActionCache, MemoryActionCache } from '../../src/store/index.js';
import { privateDirectory } from '../support/template-tree.js';
import { ACTION, actionCacheContract, always, claimOf, KEY, never, result } from './suites/action-cache.js';

actionCacheContract('MemoryActionCache', () => new MemoryActionCache());
actionCacheContract('DiskActionCache', () => diskCache().cache);

interface DiskRig {
  readonly cache: DiskActionCache;
  readonly actions: string;
  readonly locks: string;
  /** Where the entry of KEY lies. */
  readonly entry: string;
  /** Where its lock lies while it is held. */
  readonly lock: string;
}

function diskCache(): DiskRig {
  const directory = privateDirectory();
  const places = { actions: join(directory, 'actions'), locks: join(directory, 'locks') };
  const hex = hexOf(KEY);
  return {
    ...places,
    cache: new DiskActionCache(places),
    entry: join(places.actions, hex.slice(0, 2), `${hex}.json`),
    lock: join(places.locks, hex),
  };
}

async function published(rig: DiskRig, value: ActionResult = result(1)): Promise<string> {
  await claimOf(await rig.cache.lookup(KEY, never)).publish(value);
  return readFileSync(rig.entry, 'utf8');
}

describe('DiskActionCache', () => {
  it('is read by another process, and after this one', async () => {
    const rig = diskCache();
    await published(rig);
    const other = new DiskActionCache(rig);
    expect(await other.lookup(KEY, always)).toEqual({ kind: 'hit', result: result(1) });
  });

  it('leaves neither locks nor unfinished files behind', async () => {
    const rig = diskCache();
    await published(rig);
    await rig.cache.lookup(KEY, always);
    expect(readdirSync(rig.locks)).toEqual([]);
    expect(readdirSync(dirname(rig.entry))).toEqual([`${hexOf(KEY)}.json`]);
  });

  it('takes a torn entry for none, wherever it is torn', async () => {
    const rig = diskCache();
    const whole = await published(rig);
    for (let length = whole.length - 1; length >= 0; length -= 9) {
      writeFileSync(rig.entry, whole.slice(0, length));
      expect(await rig.cache.read(KEY)).toBeUndefined();
    }
    expect((await rig.cache.lookup(KEY, always)).kind).toBe('miss');
  });

  it.each([
    ['zeroes, as after a power cut', (whole: string) => '\0'.repeat(whole.length)],
    ['other outputs', (whole: string) => whole.replace('"value":1', '"value":2')],
    ['another action', (whole: string) => whole.replace('toy', 'joy')],
    ['more than there was', (whole: string) => `${whole} `],
    ['no JSON', () => 'not an entry'],
  ])('takes an entry of %s for none, and then a new one', async (_, alter) => {
    const rig = diskCache();
    writeFileSync(rig.entry, alter(await published(rig)));
    expect(await rig.cache.read(KEY)).toBeUndefined();
    await published(rig, result(3));
    expect(await rig.cache.read(KEY)).toEqual(result(3));
  });

  it('shows readers one whole result or another while results are published', async () => {
    const rig = diskCache();
    const big = 'x'.repeat(200_000);
    await published(rig, result(big));
    const other = new DiskActionCache(rig);
    let publishing = true;
    const reading = (async () => {
      const seen = new Set<number>();
      while (publishing) seen.add(String((await other.read(KEY))?.outputs['value']).length);
      return seen;
    })();
    for (let extra = 1; extra < 20; extra++) await published(rig, result(big + 'y'.repeat(extra)));
    publishing = false;
    for (const length of await reading) expect(length).toBeGreaterThanOrEqual(big.length);
  });

  it('refuses a result that is not canonical, and lets go of the key', async () => {
    const rig = diskCache();
    const claim = claimOf(await rig.cache.lookup(KEY, always));
    await expect(claim.publish({ action: ACTION, outputs: {}, durationMs: 0.5 })).rejects.toThrow('BUG');
    expect((await rig.cache.lookup(KEY, always)).kind).toBe('miss');
  });
});

describe('the claim of a process that is gone', () => {
  const identity = (changes: object) =>
    JSON.stringify({
      pid: process.pid,
      startTime: '1',
      bootId: bootId(),
      pidNamespace: readlinkSync('/proc/self/ns/pid'),
      ...changes,
    });

  it.each([
    ['died and whose number another process has', identity({})],
    ['ran before the last boot', identity({ bootId: 'another', pidNamespace: 'another' })],
    ['could not finish writing it', '{"pid":'],
    ['wrote it before a power cut', ''],
  ])('which %s is taken over by one of many that want it', async (_, lock) => {
    const rig = diskCache();
    mkdirSync(rig.locks);
    writeFileSync(rig.lock, lock);
    let holders = 0;
    let most = 0;
    const work = async () => {
      const claim = claimOf(await rig.cache.lookup(KEY, never));
      most = Math.max(most, ++holders);
      await new Promise((resolve) => setImmediate(resolve));
      holders--;
      await claim.release();
    };
    await Promise.all(Array.from({ length: 4 }, work));
    expect(most).toBe(1);
    expect(readdirSync(rig.locks)).toEqual([]);
  });

  it('which died while it took over the claim of another is taken over too', async () => {
    const rig = diskCache();
    mkdirSync(rig.locks);
    writeFileSync(rig.lock, identity({}));
    writeFileSync(`${rig.lock}.break`, identity({}));
    await claimOf(await rig.cache.lookup(KEY, always)).release();
    expect(readdirSync(rig.locks)).toEqual([]);
  });

  it('cannot be told from a living one in another pid namespace, so it is waited for', async () => {
    const rig = diskCache();
    mkdirSync(rig.locks);
    writeFileSync(rig.lock, identity({ pidNamespace: 'pid:[1]' }));
    const controller = new AbortController();
    const waiting = rig.cache.lookup(KEY, always, { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    expect(readdirSync(rig.locks)).toEqual([hexOf(KEY)]);
  });
});

describe('a claim that another process holds', () => {
  it('is waited for, and its result is the answer', async () => {
    const rig = diskCache();
    const holder = await holding(rig);
    const waiting = rig.cache.lookup(KEY, always);
    holder.child.stdin?.end(`${JSON.stringify(result('theirs'))}\n`);
    expect(await waiting).toEqual({ kind: 'hit', result: result('theirs') });
  });

  it('is taken over when that process is killed', async () => {
    const rig = diskCache();
    const holder = await holding(rig);
    const waiting = rig.cache.lookup(KEY, always);
    process.kill(holder.pid, 'SIGKILL');
    await claimOf(await waiting).publish(result('ours'));
    expect(await rig.cache.read(KEY)).toEqual(result('ours'));
  });

  it('is taken over when that process is killed and nobody reaps it', async () => {
    const rig = diskCache();
    // The shell becomes a program that never waits for the child it inherited.
    const holder = await holding(rig, ['sh', '-c', '"$@" & exec sleep 1000', 'sh']);
    const waiting = rig.cache.lookup(KEY, always);
    process.kill(holder.pid, 'SIGKILL');
    await claimOf(await waiting).release();
    expect(readFileSync(`/proc/${holder.pid}/stat`, 'latin1')).toContain(') Z ');
  });
});

interface Holder {
  readonly child: ChildProcess;
  /** Of the process with the claim, which a wrapper may have started. */
  readonly pid: number;
}

/** Starts a process that holds the claim on KEY. */
async function holding(rig: DiskRig, wrapper: readonly string[] = []): Promise<Holder> {
  const script = join(import.meta.dirname, '../support/hold-claim.ts');
  const argv = [...wrapper, process.execPath, '--import', 'tsx', script, rig.actions, rig.locks, KEY];
  const [program = '', ...args] = argv;
  const child = spawn(program, args, { cwd: import.meta.dirname, stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  expect(line).toMatch(/^held \d+$/);
  return { child, pid: Number(line.slice('held '.length)) };
}
