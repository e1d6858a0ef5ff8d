import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { jsonOf, Rig, stepsRan } from './support/rig.js';

let rig: Rig;
beforeEach(() => {
  rig = new Rig();
});
afterEach(() => rig.dispose());

const template = (...args: readonly string[]) => rig.run('mkve-template', args);

describe('mkve-template', () => {
  it('writes a template that builds as it is', async () => {
    const written = await template('new/web');
    expect(written.status, written.stderr).toBe(0);
    expect(written.stdout).toContain(`wrote    ${rig.path('new/web')}`);
    expect(readdirSync(rig.path('new'))).toEqual(['web']);
    expect(statSync(rig.path('new/web/hooks/10-greeting')).mode & 0o777).toBe(0o755);
    const built = await rig.run('mkve-bundle', [
      ...['--hypervisor=openvz', '--suite=bookworm', '--force-no-sign', '--output=o', 'new/web'],
    ]);
    expect(built.status, built.stderr).toBe(0);
    expect(built.stderr).toBe('');
    const [view = {}] = jsonOf(await rig.mkve(['inspect', '--json', 'o.bun']));
    expect(view['metainfo']).toMatchObject({ name: 'web', hypervisor: 'openvz', template_version: '0.01' });
  });

  it('takes hypervisors and a name', async () => {
    const written = await template(
      '--hypervisor=openvz',
      '--hyp',
      'kvm',
      '--name=box',
      '-q',
      'dir with blanks',
    );
    expect(written).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(readFileSync(rig.path('dir with blanks/hypervisors'), 'utf8')).toContain('openvz\nkvm\n');
    expect(readFileSync(rig.path('dir with blanks/conf/openvz/config'), 'utf8')).toContain(
      'OSTEMPLATE="box"',
    );
  });

  it('overwrites nothing, and fills a directory that is empty', async () => {
    rig.write('full/x', 'x');
    mkdirSync(rig.path('empty'));
    const full = await template('full');
    expect(full.status).toBe(2);
    expect(full.stderr).toContain(`${rig.path('full')} is not empty, and nothing is overwritten`);
    expect(readdirSync(rig.path('full'))).toEqual(['x']);
    const file = await template('full/x');
    expect(file.status).toBe(2);
    expect(file.stderr).toContain('is no directory');
    expect((await template('empty')).status).toBe(0);
    expect(readdirSync(rig.path('empty'))).toContain('hypervisors');
  });

  it.each([
    [[], 'no directory is given'],
    [['a', 'b'], 'expected one directory, found 2: a, b'],
    [['--hypervisor=A B', 'a'], 'is no name of a hypervisor'],
    [['-x', 'a'], "unknown option '-x'"],
    [['пример'], 'cannot name a template'],
  ])('refuses %j: %s', async (args, said) => {
    const ran = await template(...args);
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain(said);
  });
});

describe('a native template rewritten inline', () => {
  it('gives the same bundle and runs nothing again', async () => {
    const hooks = { '10-one': 'echo one >/etc/one', '20-two': 'echo "$MKVE_VERSION" >/etc/two' };
    rig.template({ hooks, packages: ['ve-forest'], conf: { notes: 'x\n' } });
    const mkvefile = (text: string) =>
      rig.write(
        'mkvefile.ts',
        `import { defineConfig, mmdebstrap } from 'mkve';
         export default defineConfig({ packages: mmdebstrap({ suite: 'bookworm' }), sign: false,
           services: { forest: ['ve-base', 'time'], base: ['tree'] },
           templates: { '${rig.name}': { ${text}, output: 'out.bun' } } });\n`,
      );
    mkvefile(`path: './${rig.name}'`);
    const native = await rig.mkve(['build']);
    expect(native.status, native.stderr).toBe(0);
    const before = readFileSync(rig.output);
    const files = Object.keys(hooks).map((name) => `'./${rig.name}/hooks/${name}'`);
    mkvefile(
      `version: '0.1', hypervisors: { lxc: { packages: ['ve-forest'], hooks: [${files}], conf: './${rig.name}/conf/lxc' } }`,
    );
    const inline = await rig.mkve(['build']);
    expect(inline.status, inline.stderr).toBe(0);
    expect(stepsRan(inline)).toEqual([]);
    expect(inline.stdout).toContain('current');
    expect(readFileSync(rig.output).equals(before)).toBe(true);
    const said = await rig.mkve(['inspect', rig.output]);
    expect(said.stdout).toMatch(/^ {2}tree \S+ \S+ {2}\(listed: ve-forest\)$/m);
    expect(said.stdout).toMatch(/^ {2}time \S+ \S+ {2}\(listed: ve-forest\)$/m);
    expect(said.stdout).toMatch(/^ {2}dpkg \S+ \S+$/m);
  });
});
