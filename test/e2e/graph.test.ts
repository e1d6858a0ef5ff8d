import { execFileSync } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { documentOf } from './support/browser.js';
import { BrowserSession } from './support/browser-session.js';
import { copySeed } from './support/private-store.js';
import { type Ran, Rig } from './support/rig.js';

/** A hook's name may hold whatever a file's name may, and a hook may write anything. */
const HOSTILE = '20-a"b <script>&lt;';
const SAID = '</script><script>document.title = "taken over"</script> <!-- волки & "quotes"';

let rig: Rig;
let name: string;
/** Private: that nothing is written to it is one of the tests. */
let store: string;

const mkve = (...args: readonly string[]) => rig.mkve(args, { store });

beforeAll(async () => {
  rig = new Rig();
  name = rig.name;
  store = rig.path('private-store');
  copySeed(rig.seed, store);
  rig.write('10-first', '#!/bin/sh\necho first >/etc/first\nrm /etc/debian_version\n', 0o755);
  rig.write(
    HOSTILE,
    `#!/bin/sh\nseq 1 15000\ncat <<'END'\n${SAID}\nEND\nmkdir /etc/some; echo >/etc/some/file; echo changed >/etc/first\n`,
    0o755,
  );
  rig.write(
    'mkvefile.ts',
    `import { defineConfig, mmdebstrap } from 'mkve';
     const hooks = ['./10-first', './${HOSTILE}'];
     export default defineConfig({
       templates: { '${name}': { version: '1', hypervisors: { lxc: { packages: [], hooks }, kvm: { packages: [], hooks } } } },
       packages: mmdebstrap({ suite: 'bookworm' }),
       sign: false,
     });\n`,
  );
  const built = await mkve('build');
  expect(built.status, built.stderr).toBe(0);
});
afterAll(() => rig.dispose());

interface GraphJson {
  readonly format: number;
  readonly targets: readonly { readonly name: string }[];
  readonly steps: readonly {
    readonly id: string;
    readonly state: string;
    readonly inputs: Readonly<Record<string, string>>;
    readonly lastBuild?: { readonly how: string; readonly critical?: boolean };
  }[];
  readonly lastBuild: {
    readonly criticalPath: { readonly steps: readonly string[]; readonly durationMs: number };
    readonly runs: readonly {
      readonly step: string;
      readonly pool: string;
      readonly slot: number;
      readonly startMs: number;
      readonly endMs: number;
    }[];
    readonly rest: readonly { readonly step: string; readonly how: string }[];
  };
}

const graphOf = ({ stdout }: Ran) => JSON.parse(stdout) as GraphJson;

/** Every file below a directory, layers aside, with what changes when it is written. */
/** Whatever is written to the store comes as a new file; the times of files there say when they were of use. */
function filesOf(directory: string): readonly string[] {
  return readdirSync(directory, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(directory, entry.name);
      if (entry.isDirectory() && entry.name !== 'layers') return filesOf(path);
      const { size, ino } = lstatSync(path);
      return [`${path} ${size} ${ino}`];
    })
    .sort();
}

async function page(fragment = '') {
  expect(await mkve('graph', '--format=html', '--output=graph.html')).toMatchObject({
    status: 0,
    stdout: '',
  });
  return documentOf(rig.path('graph.html'), fragment);
}

describe.sequential('mkve graph', () => {
  it('prints a tree for each target', async () => {
    const ran = await mkve('graph');
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    expect(ran.stdout).toContain(`${name}/lxc -> ${rig.path(`out/${name}-lxc.bun`)}\n`);
    expect(ran.stdout).toMatch(new RegExp(`^ {2}up to date +\\S+ s {2}${name}/lxc:bundle$`, 'm'));
    expect(ran.stdout).toContain(`base:bookworm-amd64, see ${name}/lxc\n`);
    expect(ran.stdout).toMatch(/^last build, ended .*: \d+ steps at work, \d+ cached, in /m);
    const one = await mkve('graph', `${name}/kvm`);
    expect(one.stdout).toContain(`${name}/kvm -> `);
    expect(one.stdout).not.toContain(`${name}/lxc -> `);
  });

  it('prints as JSON every step with its inputs and the timeline of the last build', async () => {
    const ran = await mkve('graph', '--json');
    expect((await mkve('graph', '--format', 'json')).stdout).toBe(ran.stdout);
    const graph = graphOf(ran);
    expect(graph.format).toBe(1);
    expect(graph.targets.map((target) => target.name).toSorted()).toEqual([`${name}/kvm`, `${name}/lxc`]);
    expect(new Set(graph.steps.map(({ state }) => state))).toEqual(new Set(['up-to-date']));
    const hook = graph.steps.find(({ id }) => id === `${name}/lxc:${HOSTILE}`);
    expect(hook).toMatchObject({ inputs: { from: `${name}/lxc:10-first` }, lastBuild: { how: 'ran' } });
    const { criticalPath, runs, rest } = graph.lastBuild;
    expect(rest.map(({ step, how }) => `${how} ${step}`)).toContain('cached base:bookworm-amd64');
    for (const [index, a] of runs.entries())
      for (const b of runs.slice(index + 1))
        if (a.pool === b.pool && a.slot === b.slot)
          expect(a.endMs <= b.startMs || b.endMs <= a.startMs, `${a.step} ${b.step}`).toBe(true);
    // A chain: each step needs the one before it, and the last one is a bundle.
    const inputs = new Map(graph.steps.map((step) => [step.id, Object.values(step.inputs)]));
    for (const [index, step] of criticalPath.steps.slice(1).entries())
      expect(inputs.get(step)).toContain(criticalPath.steps[index]);
    expect(criticalPath.steps.at(-1)).toMatch(/:bundle$/);
    expect(graph.steps.filter(({ lastBuild }) => lastBuild?.critical).map(({ id }) => id)).toEqual(
      graph.steps.map(({ id }) => id).filter((id) => criticalPath.steps.includes(id)),
    );
  });

  it('prints what Graphviz reads, with the names as they are', async () => {
    const { stdout } = await mkve('graph', '--format=dot');
    const svg = execFileSync('dot', ['-Tsvg'], { input: stdout, encoding: 'utf8' });
    expect(svg).toContain('>20&#45;a&quot;b &lt;script&gt;&amp;lt;</text>');
    const shown = svg.match(/<g id="node/g)?.length;
    expect(shown).toBe(graphOf(await mkve('graph', '--json')).steps.length);
  });

  it('prints a flowchart for Mermaid', async () => {
    const { stdout } = await mkve('graph', '--format=mermaid', `${name}/lxc`);
    const [head, ...lines] = stdout.trimEnd().split('\n');
    expect(head).toBe('flowchart TD');
    const known =
      /^ {2}(s\d+\["(?:[\p{L}\p{N} ,./:~+_-]|#\d+;|<br\/>)*"\]|s\d+ --> s\d+|classDef [\w:#,\- ]+|class s\d+ [\w,]+)$/u;
    expect(lines.filter((line) => !known.test(line))).toEqual([]);
    expect(stdout).toContain('20-a#34;b #60;script#62;#38;lt#59;<br/>');
  });

  it('writes nothing but FILE, in any format', async () => {
    const before = [filesOf(store), filesOf(rig.path('out'))];
    for (const format of ['text', 'dot', 'mermaid', 'json', 'html']) {
      const printed = await mkve('graph', '--format', format);
      expect(printed.status, printed.stderr).toBe(0);
      expect(await mkve('graph', '--format', format, '-o', `below/graph.${format}`)).toMatchObject({
        stdout: '',
      });
      expect(readFileSync(rig.path(`below/graph.${format}`), 'utf8')).toBe(printed.stdout);
    }
    expect([filesOf(store), filesOf(rig.path('out'))]).toEqual(before);
  });

  it.each([
    [['--format=svg'], "mkve: --format takes text, dot, mermaid, json or html, found 'svg'\n"],
    [['--json', '--format=dot'], 'mkve: --json and --format dot ask for different formats\n'],
    [['nosuch'], "mkve: there is no target or step 'nosuch'"],
  ])('takes %j for a mistake', async (args, message) => {
    const ran = await mkve('graph', ...args);
    expect(ran).toMatchObject({ status: 2, stdout: '' });
    expect(ran.stderr).toContain(message);
  });

  it('says that FILE cannot be written', async () => {
    const ran = await mkve('graph', '--output=mkvefile.ts/graph');
    expect(ran.status).not.toBe(0);
    expect(ran.stderr).toContain(rig.path('mkvefile.ts/graph'));
  });
});

describe.sequential('the page of mkve graph in a browser', () => {
  it('draws every step with its state, and every run of the last build', async () => {
    const drawn = await page();
    const graph = graphOf(await mkve('graph', '--json'));
    expect(drawn.attributes('node', 'data-step')).toEqual(graph.steps.map(({ id }) => id));
    expect(drawn.attributes('node', 'aria-label')[0]).toMatch(/^snapshot:bookworm-amd64: up to date, took /);
    expect(drawn.attributes('bar', 'data-step').toSorted()).toEqual(
      graph.lastBuild.runs.map(({ step }) => step).toSorted(),
    );
    expect(drawn.text('details')).toContain('No step is selected');
  });

  it('shows of a selected step the action document, the log and what it changed', async () => {
    const step = `${name}/kvm:${HOSTILE}`;
    const shown = await page(`select=${encodeURIComponent(step)}`);
    expect(JSON.parse(shown.text('document') ?? '')).toMatchObject({
      kind: 'hook',
      inputs: { hook: { name: HOSTILE }, env: { MKVE_TEMPLATE: name, MKVE_HYPERVISOR: 'kvm' } },
    });
    // The end of it: the beginning was more than a page holds.
    expect(shown.text('log')?.endsWith(`\n15000\n${SAID}\n`)).toBe(true);
    expect(shown.text('log-note')).toMatch(/^The last 65\.5 kB; \d+\.\d kB before it are left out\.$/);
    expect(shown.text('changes-note')).toBe('2 added, 1 changed, 0 deleted');
    expect(shown.text('changes')).toBe('~/etc/first+/etc/some+/etc/some/file');
    expect(shown.attributes('selected', 'data-step')).toEqual([step, step]);
  });

  it('goes from step to step by arrow keys, and selects from the timeline', async () => {
    await page();
    const browser = await BrowserSession.open(rig.path('graph.html'));
    try {
      const selected = () => browser.evaluate("document.querySelector('.node.selected')?.dataset.step");
      await browser.evaluate(`document.querySelector('.node[tabindex="0"]').focus()`);
      for (const way of ['base:bookworm-amd64', `${name}/lxc:10-first`, `${name}/lxc:${HOSTILE}`]) {
        do await browser.press('ArrowDown', 40);
        while (String(await selected()).startsWith('resolve:'));
        expect(await selected()).toBe(way);
      }
      await browser.press('ArrowUp', 38);
      await browser.press('ArrowRight', 39);
      expect(await selected()).toBe(`${name}/kvm:10-first`);
      expect(await browser.evaluate('decodeURIComponent(location.hash)')).toBe(
        `#select=${name}/kvm:10-first`,
      );
      const step = await browser.evaluate("document.querySelector('.bar').dataset.step");
      await browser.evaluate("document.querySelector('.bar').click()");
      expect(await selected()).toBe(step);
      expect(await browser.evaluate("document.querySelector('.step-id').textContent")).toBe(step);
    } finally {
      await browser.close();
    }
  });

  it('lets no output of a hook become part of it', async () => {
    const { html } = await page();
    expect(html).toContain('<title>mkve graph</title>');
    expect(html.match(/<script\b/g)).toHaveLength(2);
  });

  it('shows a base without file changes, since it has nothing before it', async () => {
    const shown = await page('select=base%3Abookworm-amd64');
    expect(shown.text('document')).toContain('"kind": "base"');
    expect(shown.text('changes')).toBeUndefined();
  });

  it('keeps the timeline through a build in which nothing ran, and replaces it when something did', async () => {
    const [record = ''] = readdirSync(join(store, 'last')).filter((file) => file.endsWith('-timeline.json'));
    const before = statSync(join(store, 'last', record));
    expect((await mkve('build')).status).toBe(0);
    expect(statSync(join(store, 'last', record)).ino).toBe(before.ino);
    rig.write('10-first', '#!/bin/sh\necho about to fail\nexit 3\n', 0o755);
    expect((await mkve('build', `${name}/lxc`)).status).toBe(1);
    const { lastBuild } = graphOf(await mkve('graph', '--json'));
    expect(lastBuild.runs).toMatchObject([{ step: `${name}/lxc:10-first`, how: 'failed' }]);
    expect(lastBuild.rest.map(({ step, how }) => [step, how])).toContainEqual([
      `${name}/lxc:pack`,
      'skipped',
    ]);
  });

  it('shows what failed, what would run and what may', async () => {
    const shown = await page(`select=${encodeURIComponent(`${name}/lxc:10-first`)}`);
    const labels = shown.attributes('node', 'aria-label').map((label) => label.replace(/, .*/, ''));
    expect(labels).toContain(`${name}/lxc:10-first: failed`);
    expect(labels).toContain(`${name}/kvm:10-first: would run`);
    expect(labels).toContain(`${name}/kvm:pack: may run`);
    expect(labels).toContain(`${name}/kvm:conf: up to date`);
    expect(shown.text('log')).toBe('about to fail\n');
    expect(shown.attributes('bar', 'class')).toContainEqual(expect.stringContaining('failed critical'));
    // Its result is that of another key; what it would change is not known.
    expect(shown.text('changes')).toBeUndefined();
  });

  it('does without what the store has lost', async () => {
    rig.write('10-first', '#!/bin/sh\necho first >/etc/first\nrm /etc/debian_version\n', 0o755);
    const step = `${name}/lxc:${HOSTILE}`;
    const graph = JSON.parse((await mkve('log', '--json', step)).stdout) as { readonly text: string };
    expect(graph.text).toContain('15000');
    execFileSync('find', [join(store, 'blobs'), '-type', 'f', '-delete']);
    const shown = await page(`select=${encodeURIComponent(step)}`);
    expect(shown.text('log-note')).toBe('Its log is no longer in the store.');
    expect(shown.text('details')).toContain(step);
  });
});
