import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, readFileSync, renameSync, rmSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { HostileRig, RUNS_AS } from './support/hostile-rig.js';
import { stoppedWithCommandLine, until } from './support/processes.js';
import { type Ran, stepsRan } from './support/rig.js';

describe.each(RUNS_AS)('an input that is edited while a step runs, mkve run by the %s', (as) => {
  let hostile: HostileRig;
  beforeEach(() => {
    hostile = new HostileRig(as);
    write();
  });
  afterEach(() => hostile.dispose());

  const template = () => hostile.rig.name;
  const first = () => `${template()}/hooks/${hostile.hookName('10-first')}`;
  const second = () => `${template()}/hooks/${hostile.hookName('20-second')}`;

  /** The hook that stops itself says that it has been read. */
  const script = (text: string) => `#!/bin/sh\nkill -STOP $$\necho ${text} >>/made\n`;

  function write(): void {
    hostile.write({ '10-first': script('one'), '20-second': '#!/bin/sh\necho two >>/made' });
    hostile.rig.write(`${template()}/conf/lxc/notes`, 'before\n');
  }

  /** Builds; what stops itself goes on once `meanwhile` is done. */
  async function build(store: string, meanwhile: () => void = () => undefined): Promise<Ran> {
    const running = hostile.rig.startRun('mkve', ['build', '--verbose'], { store });
    let isOver = false;
    const over = running.ended.finally(() => {
      isOver = true;
    });
    const stopped = () => stoppedWithCommandLine(`/tmp/mkve/${hostile.hookName('10-first')}`);
    await until('the hook stops, or the build ends', () => isOver || stopped().length > 0);
    if (!isOver) {
      await running.said(/^ran +t\/lxc:conf in /);
      meanwhile();
      for (const { pid } of stopped()) process.kill(pid, 'SIGCONT');
    }
    return over;
  }

  const output = () =>
    createHash('sha256')
      .update(readFileSync(hostile.rig.path('place/out.bun')))
      .digest('hex');

  /** What a build from nothing makes of the inputs as they are. */
  async function fresh(): Promise<string> {
    const store = hostile.rig.path('place/fresh');
    const ran = await build(store);
    expect(ran.status, ran.stderr).toBe(0);
    expect((await hostile.rig.mkve(['cache', 'clear'], { store })).status).toBe(0);
    rmSync(store, { recursive: true });
    return output();
  }

  it('is in that build as it was, in the next one as it is, and never under a key of the other', async () => {
    const { rig, store } = hostile;
    const before = await fresh();
    const ran = await build(store, () => {
      rig.write(first(), script('edited'), 0o755);
      rig.write(`${template()}/conf/lxc/notes`, 'after\n');
      rig.write(`${template()}/version/lxc`, 'template_version=0.2\n');
      rig.write(`${template()}/hooks/30-more`, '#!/bin/sh\necho three >>/made\n', 0o755);
      const list = `${template()}/hooks-lists/lxc`;
      rig.write(list, `${readFileSync(rig.path(list), 'utf8')}30-more\n`);
      rig.write('mkvefile.ts', readFileSync(rig.path('mkvefile.ts'), 'utf8').replace('"tar"', '"tar.gz"'));
      cpSync(rig.path('base.tar'), rig.path('base.before'));
      rig.write('added', 'to the base\n');
      execFileSync('tar', [
        '--append',
        '--file',
        rig.path('base.tar'),
        '--directory',
        rig.directory,
        './added',
      ]);
    });
    expect(ran.status, ran.stderr).toBe(0);
    expect(output()).toBe(before);
    const next = await build(store);
    expect(next.status, next.stderr).toBe(0);
    const after = output();
    expect(after).not.toBe(before);
    expect(await fresh()).toBe(after);
    // What was found out of the inputs as they were is still right about them, and needs no hook to run.
    write();
    renameSync(rig.path('base.before'), rig.path('base.tar'));
    const again = await build(store);
    expect(again.status, again.stderr).toBe(0);
    expect(output()).toBe(before);
    expect(stepsRan(again).filter((step) => /^\d\d-/.test(step))).toEqual([]);
  });

  it('fails a step that is still to read it, by name, and nothing of it is kept', async () => {
    const { rig, store } = hostile;
    const before = await fresh();
    const edit = () => rig.write(second(), '#!/bin/sh\necho edited >>/made\n', 0o755);
    const ran = await build(store, edit);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toMatch(
      /20-second-\S+: \S+\/hooks\/20-second-\S+ changed while it was used; build again/,
    );
    const next = await build(store);
    expect(next.status, next.stderr).toBe(0);
    expect(stepsRan(next)).not.toContain(hostile.hookName('10-first'));
    const after = output();
    expect(after).not.toBe(before);
    write();
    const again = await build(store);
    expect(again.status, again.stderr).toBe(0);
    expect(output()).toBe(before);
    edit();
    expect(await fresh()).toBe(after);
  });
});
