import {
  appendFileSync,
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openProbe, type Probe } from './support/probe.js';
import { alive, familyOf, until } from './support/processes.js';
import { Rig } from './support/rig.js';
import { Watching } from './support/watch.js';

let rig: Rig;
let watching: Watching;
let probe: Probe;

const HOOKS = { '10-a': 'echo a >/etc/a', '20-b': 'echo b >/etc/b' };
const hook = (text: string) => `#!/bin/sh\n${text}\n`;
const inTemplate = (path: string) => rig.path(`${rig.name}/${path}`);

/** The second template is nobody's target: its conf directory only makes every file in it be noticed. */
function writeMkvefile(to: Rig, network = ''): void {
  to.write(
    'mkvefile.ts',
    `import { defineConfig, mmdebstrap } from 'mkve';
     import { sign } from './shared';
     export default defineConfig({
       templates: {
         '${to.name}': { path: './${to.name}', network: [${network}] },
         sentinels: { version: '1', hypervisors: { lxc: { packages: [], conf: './sentinels' } } },
       },
       packages: mmdebstrap({ suite: 'bookworm' }),
       hooks: ['./more'],
       sign,
     });\n`,
  );
}

function startWatching(on: Rig, network?: string): Watching {
  mkdirSync(on.path('more'));
  mkdirSync(on.path('sentinels'));
  on.write('shared.ts', 'export const sign = false;\n');
  writeMkvefile(on, network);
  return new Watching(on, on.path('sentinels'), [on.name]);
}

beforeAll(async () => {
  rig = new Rig();
  probe = await openProbe();
  rig.template({ hooks: HOOKS });
  watching = startWatching(rig);
  expect((await watching.first()).builds).toEqual([['lxc']]);
});
afterAll(async () => {
  process.kill(watching.running.pid, 'SIGTERM');
  await watching.running.ended;
  probe.close();
  rig.dispose();
});

const AFTER_B = ['lxc:20-b', 'lxc:pack', 'lxc:metainfo', 'lxc:bundle'];
const bundleText = () => readFileSync(rig.path(`out/${rig.name}-lxc.bun`));

describe.sequential('a change that means nothing builds nothing', () => {
  it.each([
    ['a touch', () => utimesSync(inTemplate('hooks/20-b'), new Date(), new Date())],
    ['the same text again', () => writeFileSync(inTemplate('hooks/20-b'), hook(HOOKS['20-b']))],
    ['a comment in a list', () => appendFileSync(inTemplate('hooks-lists/lxc'), '# nothing\n\n')],
    ['a file that is no part of the template', () => writeFileSync(inTemplate('NOTES'), 'x')],
    [
      'a hook that no list names',
      () => writeFileSync(inTemplate('hooks/99-idle'), hook('exit 1'), { mode: 0o755 }),
    ],
  ])('%s', async (_what, change) => {
    expect(await watching.cycle(change)).toMatchObject({ builds: [], ran: [] });
  });
});

describe.sequential('one rebuild of what is affected follows', () => {
  it('an edit of a hook', async () => {
    const change = () => writeFileSync(inTemplate('hooks/20-b'), hook('echo edited >/etc/b'));
    expect(await watching.cycle(change)).toMatchObject({ builds: [['lxc']], ran: AFTER_B });
  });

  it("vim's way of saving: the old file becomes a backup, a new one is written, the backup goes", async () => {
    const file = inTemplate('hooks/20-b');
    const { builds, ran } = await watching.cycle(() => {
      writeFileSync(inTemplate('hooks/4913'), '');
      unlinkSync(inTemplate('hooks/4913'));
      renameSync(file, `${file}~`);
      writeFileSync(file, hook('echo vim >/etc/b'), { mode: 0o755 });
      chmodSync(file, 0o755);
      unlinkSync(`${file}~`);
    });
    expect({ builds, ran }).toEqual({ builds: [['lxc']], ran: AFTER_B });
  });

  it('a file that is cut to nothing and written', async () => {
    const { builds, ran } = await watching.cycle(() => {
      const file = openSync(inTemplate('hooks/20-b'), 'w');
      writeSync(file, '#!/bin/sh\n');
      writeSync(file, 'echo truncated >/etc/b\n');
      closeSync(file);
    });
    expect({ builds, ran }).toEqual({ builds: [['lxc']], ran: AFTER_B });
  });

  it('a new file that is renamed over the old one', async () => {
    const { builds, ran } = await watching.cycle(() => {
      const fresh = inTemplate('hooks/.20-b.tmp');
      writeFileSync(fresh, hook('echo renamed >/etc/b'), { mode: 0o755 });
      renameSync(fresh, inTemplate('hooks/20-b'));
    });
    expect({ builds, ran }).toEqual({ builds: [['lxc']], ran: AFTER_B });
  });

  it('a symlink that is made to lead elsewhere, and then an edit of what it leads to', async () => {
    rig.write('versions/1', hook('echo one >/etc/b'), 0o755);
    rig.write('versions/2', hook('echo two >/etc/b'), 0o755);
    const swap = (version: string) => () => {
      const fresh = inTemplate('hooks/.link');
      symlinkSync(rig.path(`versions/${version}`), fresh);
      renameSync(fresh, inTemplate('hooks/20-b'));
    };
    for (const version of ['1', '2'])
      expect(await watching.cycle(swap(version))).toMatchObject({ builds: [['lxc']], ran: AFTER_B });
    const edit = () => writeFileSync(rig.path('versions/2'), hook('echo two again >/etc/b'));
    expect(await watching.cycle(edit)).toMatchObject({ builds: [['lxc']], ran: AFTER_B });
  });

  it('a hook of another directory that wins the lookup, and its end', async () => {
    rmSync(inTemplate('hooks/20-b'));
    const found = () => rig.write('more/20-b', hook('echo more >/etc/b'), 0o755);
    expect(await watching.cycle(found)).toMatchObject({ builds: [['lxc']], ran: AFTER_B });
    const wins = () => rig.hook('20-b', 'echo own >/etc/b');
    expect(await watching.cycle(wins)).toMatchObject({ builds: [['lxc']], ran: AFTER_B });
    const gone = () => rmSync(inTemplate('hooks/20-b'));
    const { builds, ran } = await watching.cycle(gone);
    expect(builds).toEqual([['lxc']]);
    // Its result is in the cache.
    expect(ran).toEqual(['lxc:bundle']);
    rig.hook('20-b', HOOKS['20-b']);
    await watching.quiet();
  });

  it('conf files that come, a thousand at once, and go, without a run of any hook', async () => {
    const conf = () => {
      mkdirSync(inTemplate('conf/lxc'), { recursive: true });
      for (let file = 0; file < 1000; file++) writeFileSync(inTemplate(`conf/lxc/${file}`), String(file));
    };
    const { builds, ran } = await watching.cycle(conf);
    expect(builds).toEqual([['lxc']]);
    expect(ran).toEqual(['lxc:conf', 'lxc:metainfo', 'lxc:bundle']);
    const gone = () => rmSync(inTemplate('conf'), { recursive: true });
    expect(await watching.cycle(gone)).toMatchObject({ builds: [['lxc']], ran: ['lxc:bundle'] });
  });

  it('a hypervisor that is added and taken away', async () => {
    const add = () => {
      for (const list of ['version', 'packages-lists', 'hooks-lists'])
        writeFileSync(inTemplate(`${list}/kvm`), readFileSync(inTemplate(`${list}/lxc`)));
      appendFileSync(inTemplate('hypervisors'), 'kvm\n');
    };
    const { builds, ran } = await watching.cycle(add);
    expect(builds).toEqual([['kvm']]);
    expect(ran).toContain('kvm:10-a');
    expect(ran.filter((step) => step.startsWith('lxc'))).toEqual([]);
    const take = () => writeFileSync(inTemplate('hypervisors'), 'lxc\n');
    expect(await watching.cycle(take)).toMatchObject({ builds: [], ran: [] });
  });

  it('a package that is added', async () => {
    const { builds, ran } = await watching.cycle(() =>
      writeFileSync(inTemplate('packages-lists/lxc'), 'hostname\n'),
    );
    expect(builds).toEqual([['lxc']]);
    expect(ran.slice(0, 3)).toEqual(['resolve', 'packages', 'lxc:10-a']);
    writeFileSync(inTemplate('packages-lists/lxc'), '');
    await watching.quiet();
  });

  it('a file that the mkvefile imports, and the mkvefile itself', async () => {
    const { builds, ran } = await watching.cycle(() =>
      rig.write('shared.ts', 'export const sign = false as const; // the same\n'),
    );
    expect({ builds, ran }).toEqual({ builds: [], ran: [] });
    const network = await watching.cycle(() => writeMkvefile(rig, "'20-b'"));
    expect(network).toMatchObject({ builds: [['lxc']], ran: ['lxc:20-b'] });
  });
});

describe.sequential('a mistake is shown and waited on', () => {
  const broken = (events: readonly Readonly<Record<string, unknown>>[]) =>
    events.filter(({ type }) => type === 'watch-broken').map(({ failure }) => JSON.stringify(failure));

  it('a hook that is listed before it exists', async () => {
    const listed = await watching.cycle(() => appendFileSync(inTemplate('hooks-lists/lxc'), '30-late\n'));
    expect(listed.builds).toEqual([]);
    expect(broken(listed.events).join()).toContain("hook '30-late' was not found");
    const plain = await watching.cycle(() =>
      writeFileSync(inTemplate('hooks/30-late'), hook('echo late >/etc/c')),
    );
    expect(broken(plain.events).join()).toContain('is not executable');
    const { builds, ran } = await watching.cycle(() => chmodSync(inTemplate('hooks/30-late'), 0o755));
    expect(builds).toEqual([['lxc']]);
    expect(ran[0]).toBe('lxc:30-late');
  });

  it('a hook that fails is not run again until it changes, and a change of another step does run', async () => {
    const fails = await watching.cycle(() => rig.hook('30-late', 'exit 3'));
    expect(fails.builds).toEqual([['lxc']]);
    expect(fails.events).toContainEqual(expect.objectContaining({ type: 'step-failed', how: 'ran' }));
    const conf = await watching.cycle(() => rig.write(`${rig.name}/conf/lxc/notes`, 'x'));
    expect(conf.builds).toEqual([['lxc']]);
    expect(conf.ran).toEqual(['lxc:conf']);
    expect(conf.events).toContainEqual(expect.objectContaining({ type: 'step-failed', how: 'remembered' }));
    const mended = await watching.cycle(() => rig.hook('30-late', 'echo mended >/etc/c'));
    expect(mended.ran[0]).toBe('lxc:30-late');
    rmSync(inTemplate('conf'), { recursive: true });
    await watching.quiet();
  });

  it('a hook that is deleted while a list names it', async () => {
    const gone = await watching.cycle(() => rmSync(inTemplate('hooks/30-late')));
    expect(broken(gone.events).join()).toContain("hook '30-late' was not found");
    const { builds } = await watching.cycle(() =>
      writeFileSync(inTemplate('hooks-lists/lxc'), '10-a\n20-b\n'),
    );
    expect(builds).toEqual([['lxc']]);
  });

  it('a template that is moved away, until it is back', async () => {
    const away = await watching.cycle(() => renameSync(rig.path(rig.name), rig.path('away')));
    expect(away.builds).toEqual([]);
    expect(broken(away.events).join()).toContain('no such directory');
    const back = await watching.cycle(() => renameSync(rig.path('away'), rig.path(rig.name)));
    expect(broken(back.events)).toEqual([]);
    expect(back.ran).toEqual([]);
    const edited = await watching.cycle(() => rig.hook('20-b', 'echo after the move >/etc/b'));
    expect(edited).toMatchObject({ builds: [['lxc']], ran: AFTER_B });
  });

  it('an mkvefile with an error leaves the last good one in force', async () => {
    const good = readFileSync(rig.path('mkvefile.ts'));
    const wrong = await watching.cycle(() => rig.write('mkvefile.ts', 'export default {\n'));
    expect(wrong.builds).toEqual([]);
    expect(broken(wrong.events).join()).toContain('syntax error');
    const edited = await watching.cycle(() => rig.hook('20-b', 'echo still watched >/etc/b'));
    expect(edited).toMatchObject({ builds: [['lxc']], ran: AFTER_B });
    const mended = await watching.cycle(() => writeFileSync(rig.path('mkvefile.ts'), good));
    expect(mended).toMatchObject({ builds: [], ran: [] });
  });
});

describe.sequential('an edit during a build', () => {
  it('stops the hook that became stale at once, and the bundle is of the last edit', async () => {
    const before = bundleText();
    rig.hook('20-b', `${probe.call}; echo stale >/etc/b`);
    await until('the hook calls', () => probe.calls() > 0);
    const { builds, ran } = await watching.cycle(() => rig.hook('20-b', 'echo last edit >/etc/b'));
    expect(builds).toHaveLength(2);
    expect(ran).toEqual(AFTER_B);
    expect(bundleText().equals(before)).toBe(false);
  });
});

describe('Ctrl-C', () => {
  it.each(['waits', 'builds'])('ends it while it %s, with status 130 and nothing left', async (state) => {
    const other = new Rig();
    const held = await openProbe();
    try {
      other.template({ hooks: { '20-b': state === 'builds' ? held.call : 'true' } });
      const second = startWatching(other, "'20-b'");
      if (state === 'waits') await second.waits();
      else await until('the hook calls', () => held.calls() > 0);
      const family = familyOf(second.running.pid);
      process.kill(second.running.pid, 'SIGINT');
      expect((await second.running.ended).status).toBe(130);
      expect(alive(family)).toEqual([]);
    } finally {
      held.close();
      other.dispose();
    }
  });
});
