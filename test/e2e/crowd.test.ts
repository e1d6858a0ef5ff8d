import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { Random } from '../support/random.js';
import { leftovers } from './support/private-store.js';
import { alive, familyOf, until, withCommandLine } from './support/processes.js';
import { type Ran, Rig, type Running } from './support/rig.js';

/** Builders, one watcher and one collector on a store of their own; every template is built by several of them. */
const BUILDERS = 4;
const ROUNDS = 5;
const TEMPLATES = [0, 1, 2];
const VARIANTS = [0, 1, 2];
const KILL_PERCENT = 35;

let rig: Rig;
beforeEach(() => {
  rig = new Rig();
  execFileSync(
    'sh',
    [
      '-euc',
      `mkdir -p root/etc root/bin root/tmp root/dev root/proc; cp /bin/busybox root/bin/busybox
       for name in sh cat seq md5sum; do ln -s busybox root/bin/$name; done`,
    ],
    { cwd: rig.directory },
  );
  for (const variant of VARIANTS)
    rig.write(`hooks/first-${variant}`, `#!/bin/sh\nseq ${2000 + variant} | md5sum >/etc/first\n`, 0o755);
  rig.write('hooks/second', '#!/bin/sh\ncat /etc/first /etc/first >/etc/second\n', 0o755);
});
afterEach(() => rig.dispose());

const options = (store = 'store') => ({ store: rig.path(store), env: { MKVE_CACHE_SIZE: '200 MB' } });

/** Which variant of each template a project has; none of those it has not. */
type Project = ReadonlyMap<number, number>;

function write(directory: string, project: Project): void {
  const templates = [...project].map(
    ([template, variant]) => `'${rig.name}-${template}': { version: '1',
      hypervisors: { lxc: { packages: [], hooks: ['first-${variant}', 'second'] } } },`,
  );
  rig.write(
    `${directory}/mkvefile.ts`,
    `import { defineConfig, rootfs } from 'mkve';
     export default defineConfig({ packages: rootfs({ from: '../root' }), sign: false, hooks: ['../hooks'],
       templates: { ${templates.join('\n')} } });\n`,
  );
}

function draw(random: Random): Project {
  const count = 1 + random.below(TEMPLATES.length);
  return new Map(TEMPLATES.slice(0, count).map((template) => [template, random.below(VARIANTS.length)]));
}

const bundleOf = (directory: string, template: number) =>
  rig.path(`${directory}/out/${rig.name}-${template}-lxc.bun`);
const digestOf = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

/** A step that one build ran, from when to when as it was heard here. */
interface Stretch {
  readonly what: string;
  readonly from: number;
  readonly to: number;
}

/** Notes when each step of a build began and ended. */
function listen(running: Running, project: Project, into: Stretch[]): void {
  const begun = new Map<string, number>();
  let seen = 0;
  void running
    .finds('an end', (lines) => {
      for (; seen < lines.length - 1; seen++) {
        const line = lines[seen] ?? '';
        if (!line.startsWith('{') || !line.endsWith('}')) continue;
        const { type, step, how } = JSON.parse(line) as Record<string, string>;
        if (step === undefined || step.endsWith(':bundle')) continue;
        if (type === 'step-started') begun.set(step, performance.now());
        const from = begun.get(step);
        if (type !== 'step-finished' || how !== 'ran' || from === undefined) continue;
        const template = Number(/-(\d+)\/lxc:/.exec(step)?.[1]);
        into.push({ what: `${step} ${project.get(template)}`, from, to: performance.now() });
      }
      return undefined;
    })
    .catch(() => undefined);
}

function twice(stretches: readonly Stretch[]): readonly string[] {
  return stretches.flatMap((one, index) =>
    stretches
      .slice(index + 1)
      .filter((other) => other.what === one.what && other.from < one.to && one.from < other.to)
      .map(({ what }) => `${what} was run by two builds at once`),
  );
}

it('a crowd of builds, a watcher, collections and kills: every bundle is right and nothing is left', async () => {
  const clean = new Map<string, string>();
  for (const variant of VARIANTS) {
    write('clean', new Map(TEMPLATES.map((template) => [template, variant])));
    const built = await rig.mkve(['build'], { ...options('clean-store'), cwd: rig.path('clean') });
    expect(built.status, built.stderr).toBe(0);
    for (const template of TEMPLATES)
      clean.set(`${template} ${variant}`, digestOf(bundleOf('clean', template)));
  }

  const stretches: Stretch[] = [];
  const faults: string[] = [];
  const counts = { built: 0, killed: 0, collections: 0 };
  const check = (ran: Ran, directory: string, project: Project) => {
    if (ran.status !== 0)
      faults.push(`a build ended with ${ran.status ?? ran.signal}\n${ran.stdout}${ran.stderr}`);
    else
      for (const [template, variant] of project)
        if (digestOf(bundleOf(directory, template)) !== clean.get(`${template} ${variant}`))
          faults.push(`${directory}: template ${template} differs from a clean build of variant ${variant}`);
  };
  const builder = async (index: number) => {
    const random = new Random(index);
    const directory = `builder-${index}`;
    for (let round = 0; round < ROUNDS; round++) {
      const project = draw(random);
      write(directory, project);
      const start = () =>
        rig.startRun('mkve', ['build', '--json', '-j2'], { ...options(), cwd: rig.path(directory) });
      if (random.chance(KILL_PERCENT)) {
        const doomed = start();
        await doomed.printed(1 + random.below(12)).catch(() => undefined);
        const family = familyOf(doomed.pid);
        if (family.length > 0) process.kill(doomed.pid, 'SIGKILL');
        await doomed.ended;
        await until('all of a killed build has ended', () => alive(family).length === 0);
        counts.killed++;
      }
      const running = start();
      listen(running, project, stretches);
      check(await running.ended, directory, project);
      counts.built++;
    }
  };

  write('watched', new Map([[0, 0]]));
  const watcher = rig.startRun('mkve', ['watch', '--json'], { ...options(), cwd: rig.path('watched') });
  let isOver = false;
  const collector = async () => {
    for (; !isOver; counts.collections++) {
      const ran = await rig.mkve(['cache', counts.collections % 3 === 2 ? 'clear' : 'gc'], options());
      if (ran.status !== 0) faults.push(`a collection ended with ${ran.status}\n${ran.stderr}`);
    }
  };
  const author = async () => {
    const random = new Random(99);
    for (let round = 0; round < ROUNDS; round++) {
      const project = draw(random);
      write('watched', project);
      for (const [template, variant] of project)
        await until(`the watcher has built template ${template} as it was saved last`, () => {
          try {
            return digestOf(bundleOf('watched', template)) === clean.get(`${template} ${variant}`);
          } catch {
            return false;
          }
        });
    }
  };
  const collecting = collector();
  await Promise.all([author(), ...Array.from({ length: BUILDERS }, (_, index) => builder(index))]);
  isOver = true;
  await collecting;
  process.kill(watcher.pid, 'SIGINT');
  await watcher.ended;

  expect([...faults, ...twice(stretches)]).toEqual([]);
  expect(counts.killed).toBeGreaterThan(3);
  expect(counts.collections).toBeGreaterThan(3);
  // One more build that has work to do sweeps up after the dead.
  await rig.mkve(['cache', 'clear'], options());
  write('builder-0', new Map([[0, 0]]));
  const last = await rig.mkve(['build'], { ...options(), cwd: rig.path('builder-0') });
  check(last, 'builder-0', new Map([[0, 0]]));
  expect(faults).toEqual([]);
  const outputs = readdirSync(rig.directory).filter((name) => /^(builder|watched)/.test(name));
  expect(leftovers(rig.path('store'), ...outputs.map((name) => rig.path(`${name}/out`)))).toEqual([]);
  expect(withCommandLine(rig.directory)).toEqual([]);
  expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(rig.directory);
});
