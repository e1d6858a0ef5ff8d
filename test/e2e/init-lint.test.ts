import { readFileSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Rig } from './support/rig.js';

let rig: Rig;
beforeEach(() => {
  rig = new Rig();
});
afterEach(() => rig.dispose());

const inWeb = (...args: readonly string[]) => rig.mkve(args, { cwd: rig.path('web') });
const mkvefile = () => readFileSync(rig.path('web/mkvefile.ts'), 'utf8');

describe('mkve init', () => {
  it('writes a project that lint has nothing to say about and that builds; lint then knows what is inside', async () => {
    const name = rig.name;
    const made = await rig.mkve(['init', '--hypervisor', 'lxc', '--name', name, 'web']);
    expect([made.status, made.stderr]).toEqual([0, '']);
    expect(made.stdout).toMatch(/build it: cd web && mkve build/);
    expect((await inWeb('lint')).stdout).toBe('nothing found\n');
    // The base that the tests share; as it was written it is the host's own.
    const shared = mkvefile()
      .replace('{ defineConfig }', '{ defineConfig, mmdebstrap }')
      .replace("packages: 'auto'", "packages: mmdebstrap({ suite: 'bookworm' })");
    rig.write('web/mkvefile.ts', shared);
    const template = `web/templates/${name}`;
    rig.write(`${template}/packages-lists/lxc`, '# none\n');
    const built = await inWeb('build');
    expect(built.status, built.stderr).toBe(0);
    rig.write(`${template}/hooks/20-python`, '#!/usr/bin/env python3\n', 0o755);
    rig.write(`${template}/hooks/30-shell`, '#!/bin/sh\ncd /nowhere\nrm $1\n', 0o755);
    rig.write(`${template}/hooks/40-idle`, '#!/bin/sh\n', 0o755);
    rig.write(`${template}/hooks-lists/lxc`, '20-python\n30-shell\n10-greting\n');
    const found = await inWeb('lint', '--json');
    expect(found.status).toBe(1);
    const findings = found.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    // A list that names what is nowhere is an error, and of its template nobody knows what it uses.
    expect(findings.map(({ file, line, code }) => [file, line, code])).toEqual([
      [`templates/${name}/hooks-lists/lxc`, 3, 'hook-missing'],
    ]);
    rig.write(`${template}/hooks-lists/lxc`, '20-python\n30-shell\n');
    rig.write(`${template}/packages-lists/lxc`, '# none\nless\nno-such-package\n');
    const lacking = await inWeb('lint');
    expect(lacking.status, lacking.stdout).toBe(1);
    expect(lacking.stdout).toContain(
      `templates/${name}/packages-lists/lxc:3: the locked repository has no package 'no-such-package' for ${name}/lxc [package-unknown]`,
    );
    rig.write(`${template}/packages-lists/lxc`, '# none\n');
    const warned = await inWeb('lint');
    expect(warned.status, warned.stdout).toBe(0);
    const lines = warned.stdout.split('\n').filter((line) => line.includes('['));
    expect(
      lines.map((line) => /^(?:.*\/)?([^/]*): warning: .* \[(.*)\]$/.exec(line)?.slice(1).join(' ')),
    ).toEqual([
      '10-greeting hook-unused',
      '20-python:1 hook-interpreter',
      '30-shell:2 SC2164',
      '40-idle hook-unused',
    ]);
  });

  it('overwrites nothing', async () => {
    rig.write('web/mkvefile.ts', '// mine\n');
    const refused = await rig.mkve(['init', 'web']);
    expect([refused.status, refused.stderr]).toEqual([
      2,
      `mkve: ${rig.path('web/mkvefile.ts')} is there already, and nothing is overwritten\n`,
    ]);
    expect(mkvefile()).toBe('// mine\n');
  });
});

describe('mkve lint', () => {
  it('tells all mistakes of an mkvefile and of a template directory at once', async () => {
    rig.write('web/mkvefile.ts', 'export default { templates: { a: { path: 1 } }, jobs: 0 };\n');
    const broken = await inWeb('lint');
    expect(broken.status).toBe(1);
    expect(broken.stdout.match(/^mkvefile\.ts: .*\[mkvefile\]$/gm)).toHaveLength(2);
    rig.template({ hooks: { '10-a': 'true' }, conf: { config: 'DEVNODE=1\n' }, hypervisor: 'openvz' });
    rig.write(`${rig.name}/hook-lists/openvz`, '');
    const template = await rig.mkve(['lint', rig.name]);
    expect(template.status).toBe(0);
    expect(template.stdout).toContain(
      `${rig.name}/conf/openvz/config:1: warning: vps.conf(5) knows no name 'DEVNODE' [vps-conf-name]`,
    );
    expect(template.stdout).toContain(`${rig.name}/hook-lists: warning:`);
    expect(template.stdout).toMatch(/^0 errors, 2 warnings$/m);
  });
});
