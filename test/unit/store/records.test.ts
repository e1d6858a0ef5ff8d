import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { digestOf } from '../../../src/base/index.js';
import {
  LastRuns,
  LayerStore,
  OutputRecords,
  Reproducibility,
  SegmentIndex,
  Staging,
} from '../../../src/store/index.js';
import { privateDirectory } from '../../support/template-tree.js';

describe('LastRuns', () => {
  const run = (text: string, outcome: 'done' | 'failed' = 'done') => ({
    key: digestOf(text),
    action: text,
    outcome,
    durationMs: 1,
  });

  it('remembers a run in the next process', async () => {
    const directory = privateDirectory();
    const runs = LastRuns.onDisk(directory, 'project');
    await runs.set('step', run('a'));
    await runs.save();
    expect(await LastRuns.onDisk(directory, 'project').get('step')).toEqual(run('a'));
    expect(await LastRuns.onDisk(directory, 'other project').get('step')).toBeUndefined();
  });

  it('loses no run of steps that end at the same time', async () => {
    const directory = privateDirectory();
    const runs = LastRuns.onDisk(directory, 'project');
    const steps = Array.from({ length: 50 }, (_, index) => `step-${index}`);
    await Promise.all(steps.map((step) => runs.set(step, run(step))));
    expect(await runs.steps()).toEqual(steps);
    await runs.save();
    expect(await LastRuns.onDisk(directory, 'project').steps()).toEqual(steps);
  });

  it('keeps the action before the last one, for explain', async () => {
    const runs = LastRuns.onDisk(privateDirectory(), 'project');
    await runs.set('step', run('a'));
    await runs.set('step', run('b', 'failed'));
    expect(await runs.get('step')).toEqual({
      ...run('b', 'failed'),
      previous: { key: digestOf('a'), action: 'a' },
    });
    await runs.set('step', run('b'));
    expect(await runs.get('step')).toEqual({ ...run('b'), previous: { key: digestOf('a'), action: 'a' } });
    await runs.set('step', run('c'));
    expect((await runs.get('step'))?.previous?.action).toBe('b');
  });

  it('knows the step whose role a new one takes over, and forgets what no role leads to', async () => {
    const directory = privateDirectory();
    const runs = LastRuns.onDisk(directory, 'project');
    runs.follow(new Map([['packages:1', ['tiny/lxc:packages', 'tiny/kvm:packages']]]));
    await runs.set('packages:1', run('less'));
    await runs.save();
    const next = LastRuns.onDisk(directory, 'project');
    next.follow(
      new Map([
        ['packages:1', ['tiny/kvm:packages']],
        ['packages:2', ['tiny/lxc:packages']],
      ]),
    );
    expect(await next.get('packages:2')).toBeUndefined();
    expect(await next.before('packages:2')).toMatchObject({ action: 'less' });
    await next.set('packages:2', run('nano'));
    expect(await next.get('packages:2')).toMatchObject({ previous: { action: 'less' } });
    expect(await next.steps()).toEqual(['packages:1', 'packages:2']);
    next.follow(new Map([['packages:2', ['tiny/lxc:packages', 'tiny/kvm:packages']]]));
    await next.set('packages:2', run('nano'));
    expect(await next.steps()).toEqual(['packages:2']);
  });

  it('keeps why a step ran when it is found in the cache later', async () => {
    const runs = LastRuns.inMemory();
    await runs.set('step', { ...run('a'), cause: 'forced' });
    await runs.set('step', run('a'));
    await runs.noteCutoff('step', ['before']);
    expect(await runs.get('step')).toMatchObject({ cause: 'forced', cutoff: ['before'] });
    await runs.set('step', run('b'));
    expect(await runs.get('step')).not.toHaveProperty('cutoff');
  });

  it('writes nothing when nothing changed', async () => {
    const directory = privateDirectory();
    const runs = LastRuns.onDisk(directory, 'project');
    await runs.save();
    expect(readdirSync(directory)).toEqual([]);
    await runs.set('step', run('a'));
    await runs.save();
    const [name = ''] = readdirSync(directory);
    rmSync(join(directory, name));
    await runs.set('step', run('a'));
    await runs.save();
    expect(readdirSync(directory)).toEqual([]);
  });

  it.each(['', '{', 'null'])('starts afresh from a file that holds %j', async (text) => {
    const directory = privateDirectory();
    const runs = LastRuns.onDisk(directory, 'project');
    await runs.set('step', run('a'));
    await runs.save();
    const [name = ''] = readdirSync(directory);
    writeFileSync(join(directory, name), text);
    expect(await LastRuns.onDisk(directory, 'project').steps()).toEqual([]);
  });
});

describe('OutputRecords', () => {
  const rig = () => {
    const directory = privateDirectory();
    const path = join(directory, 'out.bun');
    writeFileSync(path, 'bundle');
    return { path, records: new OutputRecords(join(directory, 'last')) };
  };

  it('knows a file that mkve wrote', async () => {
    const { path, records } = rig();
    await records.remember(path, digestOf('bundle'));
    expect(await records.isCurrent(path, digestOf('bundle'))).toBe(true);
    expect(await records.isCurrent(path, digestOf('another'))).toBe(false);
  });

  it('reads a file that it does not know', async () => {
    const { path, records } = rig();
    expect(await records.isCurrent(path, digestOf('bundle'))).toBe(true);
    expect(await records.isCurrent(path, digestOf('another'))).toBe(false);
  });

  it('reads a file again that was touched', async () => {
    const { path, records } = rig();
    await records.remember(path, digestOf('bundle'));
    utimesSync(path, 1, 1);
    expect(await records.isCurrent(path, digestOf('bundle'))).toBe(true);
  });

  it('sees that a file was altered or is gone', async () => {
    const { path, records } = rig();
    await records.remember(path, digestOf('bundle'));
    appendFileSync(path, '!');
    expect(await records.isCurrent(path, digestOf('bundle'))).toBe(false);
    rmSync(path);
    expect(await records.isCurrent(path, digestOf('bundle'))).toBe(false);
  });
});

describe('Reproducibility', () => {
  it('keeps what differed until a later check finds nothing', async () => {
    const directory = privateDirectory();
    const key = digestOf('an action');
    await new Reproducibility(directory).note(key, ['changed etc/id']);
    expect(await new Reproducibility(directory).differences(key)).toEqual(['changed etc/id']);
    expect(await new Reproducibility(directory).differences(digestOf('another'))).toEqual([]);
    await new Reproducibility(directory).note(key, []);
    expect(await new Reproducibility(directory).differences(key)).toEqual([]);
  });
});

describe('SegmentIndex', () => {
  const plain = { key: digestOf('plan'), size: 5, check: 7 };
  const segments = [{ blob: digestOf('blob'), size: 1, check: 3, plain }];

  it('finds what was put, also in another process', async () => {
    const directory = privateDirectory();
    await new SegmentIndex(directory).put(digestOf('key'), segments);
    expect(await new SegmentIndex(directory).get(digestOf('key'))).toEqual(segments);
    expect(await new SegmentIndex(directory).get(digestOf('other'))).toBeUndefined();
  });

  it('takes a damaged entry for none', async () => {
    const directory = privateDirectory();
    const index = new SegmentIndex(directory);
    await index.put(digestOf('key'), segments);
    const hex = digestOf('key').slice('sha256:'.length);
    const path = join(directory, hex.slice(0, 2), `${hex}.json`);
    for (const text of ['', 'torn', `${digestOf('x')}\n{}`]) {
      writeFileSync(path, text);
      expect(await index.get(digestOf('key'))).toBeUndefined();
    }
  });
});

describe('LayerStore', () => {
  const rig = () => {
    const directory = privateDirectory();
    const staged = join(directory, 'staged');
    mkdirSync(staged);
    writeFileSync(join(staged, 'file'), '');
    return { staged, directory: join(directory, 'layers'), store: new LayerStore(join(directory, 'layers')) };
  };

  it('takes a finished directory under a short id', async () => {
    const { staged, store } = rig();
    const id = await store.adopt(staged, digestOf(''));
    expect(id).toMatch(/^[0-9a-f]{8}$/);
    expect(readdirSync(store.pathOf(id))).toEqual(['file']);
    expect(await store.state(id)).toBe('whole');
    expect(await store.state('deadbeef')).toBe('missing');
  });

  it('is whole for another process of this boot, and to be verified after the next', async () => {
    const { staged, directory, store } = rig();
    const id = await store.adopt(staged, digestOf(''));
    expect(await new LayerStore(directory).state(id)).toBe('whole');
    writeFileSync(join(directory, `${id}.ok`), `another-boot ${digestOf('')}\n`);
    expect(await new LayerStore(directory).state(id)).toBe('unverified');
    await store.markWhole(id, digestOf(''));
    expect(await new LayerStore(directory).state(id)).toBe('whole');
  });

  it('is missing when the directory is gone or was never finished', async () => {
    const { staged, directory, store } = rig();
    const id = await store.adopt(staged, digestOf(''));
    rmSync(store.pathOf(id), { recursive: true });
    expect(await new LayerStore(directory).state(id)).toBe('missing');
    mkdirSync(store.pathOf('00000000'));
    expect(await store.state('00000000')).toBe('missing');
  });

  it('disowns a layer', async () => {
    const { staged, directory, store } = rig();
    const id = await store.adopt(staged, digestOf(''));
    await store.disown(id);
    expect(await store.state(id)).toBe('missing');
    expect(await new LayerStore(directory).state(id)).toBe('missing');
  });
});

describe('Staging', () => {
  it('gives private directories and takes them away again', async () => {
    const root = join(privateDirectory(), 'tmp');
    const staging = new Staging(root);
    const [one, two] = [await staging.create('hook'), await staging.create('hook')];
    expect(one).not.toBe(two);
    expect(readdirSync(one)).toEqual([]);
    await staging.remove(one);
    await staging.remove(two);
    expect(readdirSync(root)).toEqual([]);
  });

  it('knows which directories are of dead processes', async () => {
    const root = join(privateDirectory(), 'tmp');
    const staging = new Staging(root);
    expect(await staging.abandoned()).toEqual([]);
    await staging.create('alive');
    const dead = await staging.create('dead');
    const owner = { pid: 1, startTime: '0', bootId: 'before', pidNamespace: 'pid:[1]' };
    writeFileSync(`${dead}.owner.json`, JSON.stringify(owner));
    expect(await staging.abandoned()).toEqual([dead]);
    await staging.remove(dead);
    expect(await staging.abandoned()).toEqual([]);
  });

  it('leaves a directory alone whose owner is only being written down', async () => {
    const staging = new Staging(join(privateDirectory(), 'tmp'));
    const directory = await staging.create('new');
    const owner = readFileSync(`${directory}.owner.json`);
    writeFileSync(`${directory}.owner.json`, '');
    const looking = staging.abandoned();
    writeFileSync(`${directory}.owner.json`, owner);
    expect(await looking).toEqual([]);
  });

  it.each(['', '{"pid":'])('takes one for abandoned whose owner was cut off at %j', async (torn) => {
    const root = join(privateDirectory(), 'tmp');
    const staging = new Staging(root);
    const directory = await staging.create('torn');
    rmSync(directory, { recursive: true });
    writeFileSync(`${directory}.owner.json`, torn);
    expect(await staging.abandoned()).toEqual([directory]);
    await staging.remove(directory);
    expect(readdirSync(root)).toEqual([]);
  });
});
