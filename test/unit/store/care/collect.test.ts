import { existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { type Digest, digestOf, hexOf } from '../../../../src/base/index.js';
import { type CollectRequest, collect, takeInventory } from '../../../../src/store/care/index.js';
import { type Store, storeAt } from '../../../../src/store/index.js';
import { showLifeSince } from '../../../../src/store/running-builds.js';
import { privateDirectory } from '../../../support/template-tree.js';

const never = new AbortController().signal;

/** A store whose clock is the machine's own, as it is in use; directories come when they are written to. */
function newStore(): Store {
  const store = storeAt(join(privateDirectory(), 'store'), { clock: Date.now });
  for (const name of ['last', 'tmp', 'layers', 'segments/00'])
    mkdirSync(join(store.root, name), { recursive: true });
  return store;
}

function collectIn(store: Store, request: Partial<CollectRequest> = {}) {
  return collect(store, {
    limit: 1e12,
    extent: 'limit',
    mode: 'collect',
    patience: 'wait',
    isKept: () => false,
    emptyDirectory: (path) => {
      for (const name of readdirSync(join(store.root, path)))
        rmSync(join(store.root, path, name), { recursive: true });
      return Promise.resolve(true);
    },
    signal: never,
    ...request,
  });
}

async function publish(store: Store, action: string, outputs: object): Promise<Digest> {
  const key = digestOf(action);
  const lookup = await store.actions.lookup(key, () => Promise.resolve(true));
  if (lookup.kind === 'hit') throw new Error('there is one already');
  await lookup.claim.publish({ action, outputs: outputs as never, durationMs: 10 });
  return key;
}

async function keepLayer(store: Store, name: string): Promise<string> {
  const staged = join(store.root, 'tmp', name);
  mkdirSync(staged);
  writeFileSync(join(staged, name), name);
  return store.layers.adopt(staged, digestOf(name), 8192);
}

/** Lets everything in the store look as if it had not been used for a day. */
function age(store: Store): void {
  const yesterday = Date.now() / 1000 - 86_400;
  for (const path of readdirSync(store.root, { recursive: true, encoding: 'utf8' })) {
    const file = join(store.root, path);
    if (statSync(file).isFile()) utimesSync(file, yesterday, yesterday);
  }
}

const action = (name: string) => JSON.stringify({ kind: 'hook', name });

describe('collect', () => {
  it('removes what nothing names and keeps what a result names', async () => {
    const store = newStore();
    const named = await store.blobs.put('named');
    const orphan = await store.blobs.put('orphan');
    const layer = await keepLayer(store, 'kept');
    const stray = await keepLayer(store, 'stray');
    const key = await publish(store, action('a'), { rootfs: { layers: [{ id: layer }], packs: [named] } });
    age(store);
    const collected = await collectIn(store);
    expect(await store.blobs.get(named)).toEqual(Buffer.from('named'));
    expect(await store.blobs.get(orphan)).toBeUndefined();
    expect(await store.layers.state(layer)).toBe('whole');
    expect(existsSync(store.layers.pathOf(stray))).toBe(false);
    expect(await store.actions.read(key)).toBeDefined();
    expect(collected?.items.map(({ name }) => name).toSorted()).toEqual([hexOf(orphan), stray].toSorted());
  });

  it('finds packages that outputs name by a bare sha256', async () => {
    const store = newStore();
    const deb = await store.blobs.put('deb');
    await publish(store, action('resolve'), { packages: [{ name: 'less', sha256: hexOf(deb) }] });
    age(store);
    await collectIn(store);
    expect(await store.blobs.size(deb)).toBe(3);
  });

  it('removes results above the limit with all that only they name, and nothing that is kept', async () => {
    const store = newStore();
    const keys: Digest[] = [];
    for (const name of ['a', 'b', 'c'])
      keys.push(await publish(store, action(name), { log: await store.blobs.put(name.repeat(100_000)) }));
    age(store);
    const [kept] = keys;
    const collected = await collectIn(store, { limit: 1, isKept: ({ key }) => key === kept?.slice(7) });
    expect(collected?.records).toHaveLength(2);
    expect((await takeInventory(store, never)).records.map(({ key }) => key)).toEqual([kept?.slice(7)]);
    expect(await store.blobs.size(digestOf('a'.repeat(100_000)))).toBe(100_000);
    expect(await store.blobs.size(digestOf('b'.repeat(100_000)))).toBeUndefined();
  });

  it('keeps logs of last runs, which nothing else names, unless all is cleared', async () => {
    const store = newStore();
    const log = await store.blobs.put('what a hook printed before it failed');
    const record = { key: digestOf('x'), action: 'x', outcome: 'failed', durationMs: 1, log };
    writeFileSync(
      join(store.lastDirectory, `${'0'.repeat(24)}.json`),
      JSON.stringify({ runs: { step: record }, roles: {} }),
    );
    age(store);
    await collectIn(store, { limit: 0 });
    expect(await store.blobs.size(log)).toBeDefined();
    await collectIn(store, { extent: 'clear' });
    expect(await store.blobs.size(log)).toBeUndefined();
  });

  it('leaves alone what a running build has used, and takes it when that has ended', async () => {
    const store = newStore();
    const old = await publish(store, action('old'), { log: await store.blobs.put('old') });
    const used = await publish(store, action('used'), { log: await store.blobs.put('used') });
    age(store);
    const leave = store.running.enter();
    await store.actions.read(used);
    const unnamed = await store.blobs.put('not yet named');
    await collectIn(store, { extent: 'clear' });
    expect(await store.actions.read(old)).toBeUndefined();
    expect(await store.actions.read(used)).toBeDefined();
    expect(await store.blobs.size(digestOf('used'))).toBeDefined();
    expect(await store.blobs.size(unnamed)).toBeDefined();
    await leave();
    age(store);
    await collectIn(store, { extent: 'clear' });
    expect((await takeInventory(store, never)).records).toEqual([]);
  });

  it('takes nothing while a build runs that seems to have begun in the future, and the build notices', async () => {
    const store = newStore();
    const leave = store.running.enter();
    const used = await publish(store, action('used'), { log: await store.blobs.put('used') });
    const [running = ''] = readdirSync(join(store.root, 'locks')).map((name) =>
      join(store.root, 'locks', name),
    );
    const tomorrow = Date.now() / 1000 + 86_400;
    utimesSync(running, tomorrow, tomorrow);
    await collectIn(store, { extent: 'clear' });
    expect(await store.actions.read(used)).toBeDefined();
    await showLifeSince(running);
    expect(await store.running.oldest()).toBeLessThan(Date.now());
    await collectIn(store, { extent: 'clear' });
    expect(await store.actions.read(used)).toBeDefined();
    await leave();
  });

  it('forgets a running build whose process has died', async () => {
    const store = newStore();
    mkdirSync(join(store.root, 'locks'));
    const dead = { pid: 1, startTime: '1', bootId: 'another boot', pidNamespace: '' };
    writeFileSync(join(store.root, 'locks/running-abc'), JSON.stringify(dead));
    expect(await store.running.oldest()).toBeUndefined();
    expect(readdirSync(join(store.root, 'locks'))).toEqual([]);
  });

  it('puts back what is used between the choice and the removal', async () => {
    const store = newStore();
    const orphan = await store.blobs.put('met again at the last moment');
    await store.blobs.put('another');
    age(store);
    const collected = await collectIn(store, {
      onProgress: () =>
        void utimesSync(store.blobs.pathOf(orphan), Date.now() / 1000 + 1, Date.now() / 1000 + 1),
    });
    expect(await store.blobs.size(orphan)).toBeDefined();
    expect(collected?.items.map(({ name }) => name)).toEqual([hexOf(digestOf('another'))]);
  });

  it('cut short leaves no result whose parts are missing', async () => {
    const store = newStore();
    for (const name of ['a', 'b', 'c', 'd']) {
      const layer = await keepLayer(store, name);
      await publish(store, action(name), {
        rootfs: { layers: [{ id: layer }] },
        log: await store.blobs.put(name),
      });
    }
    age(store);
    const controller = new AbortController();
    const cut = collectIn(store, {
      limit: 25_000,
      signal: controller.signal,
      onProgress: (done) => done === 1 && controller.abort(new Error('cut short')),
    });
    await expect(cut).rejects.toThrow('cut short');
    const { items, records } = await takeInventory(store, never);
    expect(records.length).toBeLessThan(4);
    for (const { refers } of records) {
      expect(refers.length).toBe(2);
      for (const id of refers) expect(items.has(id)).toBe(true);
    }
    expect(readdirSync(join(store.root, 'tmp'))).toEqual([]);
    await collectIn(store);
    const after = await takeInventory(store, never);
    expect([...after.items.keys()].toSorted()).toEqual(
      after.records.flatMap(({ refers }) => refers).toSorted(),
    );
  });

  it('gives way to another one, or waits for it', async () => {
    const store = newStore();
    let end = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      end = resolve;
    });
    await keepLayer(store, 'stray');
    age(store);
    let isUnderWay = (): void => undefined;
    const underWay = new Promise<void>((resolve) => {
      isUnderWay = resolve;
    });
    const first = collectIn(store, {
      emptyDirectory: async (path) => {
        isUnderWay();
        await held;
        rmSync(join(store.root, path, 'stray'));
        return true;
      },
    });
    await underWay;
    expect(await collectIn(store, { patience: 'leave' })).toBeUndefined();
    end();
    expect((await first)?.items).toHaveLength(1);
    expect((await collectIn(store))?.items).toEqual([]);
  });

  it('says what would go and touches nothing when it only looks', async () => {
    const store = newStore();
    const orphan = await store.blobs.put('orphan');
    age(store);
    expect((await collectIn(store, { mode: 'look' }))?.items).toHaveLength(1);
    expect(await store.blobs.size(orphan)).toBeDefined();
  });

  it('takes damaged records and marks without a layer for nothing', async () => {
    const store = newStore();
    const key = await publish(store, action('a'), { log: await store.blobs.put('log') });
    const [part = '', name = ''] = [hexOf(key).slice(0, 2), `${hexOf(key)}.json`];
    writeFileSync(join(store.root, 'actions', part, name), 'torn');
    writeFileSync(join(store.layers.directory, '01234567.ok'), 'torn');
    writeFileSync(join(store.root, 'segments/00', `${'0'.repeat(64)}.json`), 'torn');
    age(store);
    await collectIn(store, { limit: 0 });
    const { records, items, unfinished } = await takeInventory(store, never);
    expect([records, [...items], unfinished]).toEqual([[], [], []]);
  });
});

describe('marks of use', () => {
  it('make a result that was taken away while it was read a miss', async () => {
    const store = newStore();
    const key = await publish(store, action('a'), {});
    const path = join(store.root, 'actions', hexOf(key).slice(0, 2), `${hexOf(key)}.json`);
    utimesSync(path, 1, 1);
    expect(await store.actions.read(key)).toBeDefined();
    expect(statSync(path).mtimeMs).toBeGreaterThan(1e12);
    rmSync(path);
    expect(await store.actions.read(key)).toBeUndefined();
  });

  it('are set on a blob that is there already', async () => {
    const store = newStore();
    const digest = await store.blobs.put('bytes');
    utimesSync(store.blobs.pathOf(digest), 1, 1);
    await store.blobs.put('bytes');
    expect(statSync(store.blobs.pathOf(digest)).mtimeMs).toBeGreaterThan(1e12);
  });
});
