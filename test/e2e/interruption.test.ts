import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync, watch } from 'node:fs';
import { createServer, type Socket } from 'node:net';

import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';

import { copySeed, leftovers, locks } from './support/private-store.js';
import { alive, familyOf, until, withCommandLine } from './support/processes.js';
import { type As, Rig, type Running, stepsRan } from './support/rig.js';

const runsAs: readonly As[] = inject('e2e').user === undefined ? ['caller'] : ['caller', 'user'];

function digestOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

describe.each(runsAs)('a build that is interrupted, run by the %s', (as) => {
  let shared: Rig;
  let store: string;
  let rig: Rig;
  let seconds: string;

  beforeAll(() => {
    shared = new Rig(as);
    store = shared.path('private-store');
    copySeed(shared.seed, store);
  });
  afterAll(() => shared.dispose());
  beforeEach(() => {
    rig = new Rig(as);
    // A number of seconds that no other process sleeps for.
    seconds = `98${randomBytes(3).readUIntBE(0, 3)}`;
  });
  afterEach(() => rig.dispose());

  const bundleArguments = () => [
    ...['--hypervisor=lxc', '--suite=bookworm', '--force-no-sign', '--verbose'],
    ...[`--output=${rig.output}`, rig.path(rig.name)],
  ];
  const start = () => rig.startRun('mkve-bundle', bundleArguments(), { store });
  const finish = () => rig.bundle([], { store });
  /** What a build gives that nobody disturbs, in a store of which this one knows nothing. */
  const undisturbed = async () => {
    const done = await rig.bundle(['--output', rig.path('undisturbed.bun')]);
    expect(done.status, done.stderr).toBe(0);
    return digestOf(rig.path('undisturbed.bun'));
  };

  function quiet(): Readonly<Record<string, string>> {
    return { '10-first': `echo ${rig.name} >/etc/first`, '20-last': 'echo last >/etc/last' };
  }

  /** A hook that waits for long, deaf to all that can be ignored, until it is taken out. */
  function withWaitingHook(): void {
    const waiting = `trap '' INT TERM HUP; echo half >/etc/half; echo waiting now; sleep ${seconds}`;
    const { '10-first': first = '', '20-last': last = '' } = quiet();
    rig.template({ hooks: { '10-first': first, '15-wait': waiting, '20-last': last } });
  }

  async function interruptedInHook(signal: NodeJS.Signals): Promise<Awaited<Running['ended']>> {
    withWaitingHook();
    const running = start();
    await running.said(/\| waiting now/);
    await until('the hook sleeps', () => withCommandLine(`sleep ${seconds}`).length > 0);
    const family = familyOf(running.pid);
    expect(family.map(({ commandLine }) => commandLine).join('\n')).toContain(`sleep ${seconds}`);
    process.kill(running.pid, signal);
    const ended = await running.ended;
    // Who is killed cannot wait for anybody.
    if (signal === 'SIGKILL') await until('all is gone', () => alive(family).length === 0);
    expect(alive(family)).toEqual([]);
    expect(withCommandLine(`sleep ${seconds}`)).toEqual([]);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(store);
    expect(existsSync(rig.output)).toBe(false);
    return ended;
  }

  const signals = [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const;
  it.each(as === 'caller' ? signals : signals.slice(0, 1))(
    'by %s leaves no process, no mount, no file, and loses nothing done before',
    async (signal, status) => {
      const lockedBefore = locks(store);
      const ended = await interruptedInHook(signal);
      expect(ended.status, ended.stderr).toBe(status);
      expect(leftovers(store, rig.directory)).toEqual([]);
      expect(locks(store)).toEqual(lockedBefore);
      rig.template({ hooks: quiet() });
      const done = await finish();
      expect(done.status, done.stderr).toBe(0);
      expect(stepsRan(done)).not.toContain('10-first');
      expect(stepsRan(done)).toContain('20-last');
      expect(digestOf(rig.output)).toBe(await undisturbed());
    },
  );

  it('by SIGKILL leaves no process behind, and the next build sweeps up after it', async () => {
    const ended = await interruptedInHook('SIGKILL');
    expect(ended.signal).toBe('SIGKILL');
    expect(leftovers(store)).not.toEqual([]);
    rig.template({ hooks: quiet() });
    const done = await finish();
    expect(done.status, done.stderr).toBe(0);
    expect(stepsRan(done)).not.toContain('10-first');
    expect(leftovers(store, rig.directory)).toEqual([]);
    expect(digestOf(rig.output)).toBe(await undisturbed());
  });

  it('by the death of its worker fails and says so, and the next build is right', async () => {
    withWaitingHook();
    const running = start();
    await running.said(/\| waiting now/);
    const family = familyOf(running.pid);
    // Its ancestors name the same file in their arguments; the worker itself is the last of the line.
    const workers = family.filter(({ commandLine }) => commandLine.includes('dist/actions/worker.js'));
    const worker = workers.at(-1);
    expect(worker?.commandLine).toMatch(/^\S*node \S+$|^\S*node \S+worker\.js /);
    process.kill(worker?.pid ?? running.pid, 'SIGKILL');
    const ended = await running.ended;
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain('15-wait: a worker process ended unexpectedly');
    expect(alive(family)).toEqual([]);
    rig.template({ hooks: quiet() });
    const done = await finish();
    expect(done.status, done.stderr).toBe(0);
    expect(leftovers(store, rig.directory)).toEqual([]);
    expect(digestOf(rig.output)).toBe(await undisturbed());
  });

  it('by SIGKILL again and again at any moment ends with the right bundle', async () => {
    const line = fc.integer({ min: 2, max: 16 });
    const draw = { numRuns: as === 'caller' ? 2 : 1, seed: 7 };
    const moments = fc.sample(fc.array(line, { minLength: 5, maxLength: 5 }), draw);
    for (const kills of moments) {
      rig.template({
        hooks: { ...quiet(), '30-name': `echo ${randomBytes(4).toString('hex')} >/etc/random` },
      });
      rmSync(rig.output, { force: true });
      for (const lines of kills) {
        const running = start();
        await running.printed(lines).catch(() => undefined);
        kill(running.pid);
        await running.ended;
      }
      const done = await finish();
      expect(done.status, done.stderr).toBe(0);
      expect(digestOf(rig.output)).toBe(await undisturbed());
      expect(leftovers(store, rig.directory)).toEqual([]);
    }
  });

  const staging = () => `${store}/tmp`;
  const states: readonly (readonly [string, () => string, RegExp])[] = [
    ['a layer is being made', staging, /^run-/],
    ['the root file system is being packed', staging, /^pack-/],
    ['the bundle is being written', () => rig.directory, /\.tmp$/],
  ];
  it.each(as === 'caller' ? states : [])(
    'by SIGKILL while %s leaves no trace after the next build',
    async (what, directory, name) => {
      rig.template({
        hooks: { ...quiet(), '15-more': 'head -c 30000000 /dev/urandom >/etc/more; : >/etc/more' },
      });
      const appears = appearing(directory(), name);
      const running = start();
      const ended = running.ended.then(({ stdout, stderr }) => `ended before ${what}:\n${stdout}${stderr}`);
      expect(await Promise.race([appears, ended])).toMatch(name);
      kill(running.pid);
      await running.ended;
      const done = await finish();
      expect(done.status, done.stderr).toBe(0);
      expect(leftovers(store, rig.directory)).toEqual([]);
      expect(digestOf(rig.output)).toBe(await undisturbed());
    },
  );

  it.runIf(as === 'caller')(
    'by SIGINT while a mirror keeps it waiting ends at once, apt and all',
    async () => {
      const sockets: Socket[] = [];
      const server = createServer((socket) => sockets.push(socket));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      try {
        const address = server.address();
        const mirror = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/debian`;
        const running = rig.startRun('mkve-bundle', [...bundleArguments(), `--mirror=${mirror}`], { store });
        await until('apt asks the mirror', () => sockets.length > 0);
        const family = familyOf(running.pid);
        expect(family.map(({ commandLine }) => commandLine).join('\n')).toContain('apt-get');
        process.kill(running.pid, 'SIGINT');
        expect((await running.ended).status).toBe(130);
        expect(alive(family)).toEqual([]);
        expect(leftovers(store)).toEqual([]);
      } finally {
        for (const socket of sockets) socket.destroy();
        server.close();
      }
    },
  );

  function kill(pid: number): void {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It was faster.
    }
  }
});

/** The first entry of that name to appear in a directory, heard of from the kernel: it may be there for a moment only. */
function appearing(directory: string, name: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    const watcher = watch(directory, (_event, entry) => {
      if (entry === null || !name.test(entry)) return;
      watcher.close();
      resolve(entry);
    });
    watcher.on('error', reject);
  });
}
