import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Rig, stepsRan } from './support/rig.js';

let rig: Rig;
beforeEach(() => {
  rig = new Rig();
});
afterEach(() => rig.dispose());

/** `mkve-bundle` with just these arguments. */
const bundle = (...args: readonly string[]) => rig.run('mkve-bundle', args);

/** Options that every build here takes. */
const BUILD = ['--hypervisor=lxc', '--suite=bookworm', '--force-no-sign'];

describe('the options of mkve-bundle', () => {
  it('may be abbreviated, take their values after = or a space, and get .bun appended', async () => {
    const built = await bundle('--hyp', 'lxc', '--out=box', '--sui', 'bookworm', '--force', rig.name);
    expect(built.status, built.stderr).toBe(0);
    expect(built.stdout).toContain(`built    ${rig.name}/lxc -> ${rig.path('box.bun')}`);
    expect(existsSync(rig.path('box.bun'))).toBe(true);
    const again = await bundle(`--tem=${rig.name}`, ...BUILD, '--output', 'box.bun');
    expect(again.stdout).toContain('current');
    expect(readdirSync(rig.directory).filter((name) => name.endsWith('.bun'))).toEqual(['box.bun']);
  });

  it.each([
    [['--h', 'lxc'], "option '--h' is ambiguous", '--hypervisor, --hooks, --hsh-workdir, --help'],
    [['--hypervisr=lxc'], "unknown option '--hypervisr'", 'did you mean --hypervisor?'],
    [['--quiet=yes'], "option '--quiet' takes no value", ''],
    [['--output'], "option '--output' needs a value", ''],
    [[], 'no template and no hypervisor and no output is given', 'TEMPLATE --hypervisor HV --output FILE'],
    [['--hypervisor', 'lxc', 'x'], 'no output is given', 'output=… in ~/.mkve/bundle-config'],
    [[...BUILD, '--out=o', 'a', 'b'], 'expected one template, found 2: a, b', ''],
    [[...BUILD, '--out=o/', 'a'], "found the directory 'o/'", ''],
    [[...BUILD, '--out=o', '--backend=yum', 'a'], "found 'yum'", 'auto, mmdebstrap, dnf, hasher, rootfs'],
    [[...BUILD, '--out=o', '-vq', 'a'], 'verbose and quiet exclude each other', ''],
  ])('that are wrong are an error of usage: %j', async (args, said, hint) => {
    const ran = await bundle(...args);
    expect(ran.status).toBe(2);
    expect(ran.stderr).toMatch(/^mkve-bundle: /);
    expect(ran.stderr).toContain(said);
    expect(ran.stderr).toContain(hint);
    expect(ran.stdout).toBe('');
  });

  it('name the hypervisors that a template has when it lacks the one wanted', async () => {
    const ran = await bundle('--hypervisor=openvz', '--output=o', rig.name);
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain("does not support hypervisor 'openvz'; its file hypervisors lists lxc");
  });

  it('name both places where a template was looked for, and only one for a path', async () => {
    const byName = await bundle(...BUILD, '--output=o', 'no-such');
    expect(byName.status).toBe(2);
    expect(byName.stderr).toContain("template 'no-such' was not found");
    expect(byName.stderr).toContain(rig.path('no-such'));
    expect(byName.stderr).toContain('/usr/share/mkve/templates/no-such');
    const byPath = await bundle(...BUILD, '--output=o', './no-such');
    expect(byPath.status).toBe(2);
    expect(byPath.stderr).toContain(rig.path('no-such'));
    expect(byPath.stderr).not.toContain('/usr/share/mkve');
  });

  it('take hooks from the directories of --hooks, in their order, after those of the template', async () => {
    rig.template({ hooks: { own: 'echo own of the template' }, listed: ['own', 'shared'] });
    rig.write('first/shared', '#!/bin/sh\necho shared of the first\n', 0o755);
    rig.write('second/shared', '#!/bin/sh\necho shared of the second\n', 0o755);
    rig.write('second/own', '#!/bin/sh\necho own of the second\n', 0o755);
    const hooks = ['--hooks', 'first', '--hooks=second'];
    const ran = await bundle(...BUILD, ...hooks, '--output=o', '--verbose', rig.name);
    expect(ran.status, ran.stderr).toBe(0);
    expect(ran.stdout).toContain('| own of the template');
    expect(ran.stdout).toContain('| shared of the first');
    expect(ran.stdout).not.toContain('of the second');
  });

  it('print help and the version without needing anything else', async () => {
    const help = await bundle('--help');
    expect(help.status).toBe(0);
    for (const option of ['--hypervisor HV', '--output FILE', '--force-no-sign', '--logfile FILE'])
      expect(help.stdout).toContain(option);
    const version = await bundle('--version');
    expect(version.status).toBe(0);
    expect(version.stdout).toMatch(/^mkve-bundle \d+\.\d+\.\d+\n$/);
  });
});

describe('what mkve-bundle says', () => {
  const hooks = { '10-talk': 'echo волки рыщут; echo to stderr >&2; echo done >/etc/talk' };

  it('is all in the log file, the output of hooks included, while --quiet prints nothing', async () => {
    rig.template({ hooks });
    const ran = await bundle(...BUILD, '--output=o', '--logfile=log.txt', '--quiet', rig.name);
    expect(ran).toMatchObject({ status: 0, stdout: '', stderr: '' });
    const log = readFileSync(rig.path('log.txt'), 'utf8');
    expect(log).toContain(`${rig.name}/lxc:10-talk | волки рыщут`);
    expect(log).toContain(`${rig.name}/lxc:10-talk | to stderr`);
    expect(log).toMatch(/^built {4}\S+ -> \S+o\.bun/m);
    expect(log).toMatch(/^\d+ steps ran, \d+ cached/m);
  });

  it('is an error even when quiet, and the log file has the failure too', async () => {
    rig.template({ hooks: { '10-bad': 'echo last words; exit 9' } });
    const ran = await bundle(...BUILD, '--output=o', '--logfile=log.txt', '--quiet', rig.name);
    expect(ran).toMatchObject({ status: 1, stdout: '' });
    for (const text of [ran.stderr, readFileSync(rig.path('log.txt'), 'utf8')]) {
      expect(text).toContain('hook 10-bad failed with status 9');
      expect(text).toContain('last words');
    }
    expect(existsSync(rig.path('o.bun'))).toBe(false);
  });

  it('is one clear sentence when the log file cannot be written', async () => {
    const ran = await bundle(...BUILD, '--output=o', '--logfile=no/such/log.txt', rig.name);
    expect(ran.status).not.toBe(0);
    expect(ran.stderr).toContain(`cannot write ${rig.path('no/such/log.txt')}`);
    expect(existsSync(rig.path('o.bun'))).toBe(false);
  });

  it('is every mistake of a template at once, each with its file and line', async () => {
    rig.template({ hooks: { greet: 'true' } });
    rig.write(`${rig.name}/hypervisors`, '# two\nlxc\nA B\n');
    rig.write(`${rig.name}/version/lxc`, '\noops\n');
    rig.write(`${rig.name}/packages-lists/lxc`, 'less # fine\nBad_Pkg!\n');
    rig.write(`${rig.name}/hooks-lists/lxc`, '01-nope\n\n../x\ngreet\n');
    rig.write(`${rig.name}/hooks/greet`, '#!/bin/sh\n', 0o644);
    const ran = await bundle(...BUILD, '--output=o', rig.name);
    expect(ran.status).toBe(2);
    const where = ran.stderr.match(/^ {4}\S+:\d+: /gm)?.map((place) => place.trim());
    expect(where?.toSorted()).toEqual([
      'hooks-lists/lxc:1:',
      'hooks-lists/lxc:3:',
      'hooks-lists/lxc:4:',
      'hypervisors:3:',
      'packages-lists/lxc:2:',
      'version/lxc:2:',
    ]);
    expect(ran.stderr).toContain('chmod +x');
    expect(ran.stderr).toContain(rig.path(`${rig.name}/hooks/01-nope`));
    expect(ran.stderr).toContain('/usr/share/mkve/hooks/01-nope');
  });
});

describe('~/.mkve/bundle-config', () => {
  const config = (...lines: readonly string[]) =>
    rig.write('home/.mkve/bundle-config', `${lines.join('\n')}\n`);
  const driving = () => [
    'hypervisor=lxc suite=bookworm force_no_sign=yes verbose=yes',
    `template=~/packages/${rig.name}`,
    'mkdir -p ~/bundles',
    `output=~/bundles/${rig.name}-$(date +%d%m%y)`,
  ];

  beforeEach(() => {
    rig.template({ hooks: { '10-talk': 'echo spoken by the hook' } });
    rig.write('home/packages/.keep', '');
  });

  it('drives a build with no argument at all, and the command line wins over it', async () => {
    config(...driving(), 'if [ -n "$HOME" ]; then echo said by the config; fi');
    renameSync(rig.path(rig.name), rig.path(`home/packages/${rig.name}`));
    const built = await bundle();
    expect(built.status, built.stderr).toBe(0);
    expect(built.stdout).toContain('| spoken by the hook');
    expect(built.stderr).toBe('said by the config\n');
    const bundles = readdirSync(rig.path('home/bundles'));
    expect(bundles).toEqual([expect.stringMatching(new RegExp(`^${rig.name}-\\d{6}\\.bun$`))]);
    const other = await bundle('--output', 'other', '--quiet');
    expect(other).toMatchObject({ status: 0, stdout: '' });
    expect(existsSync(rig.path('other.bun'))).toBe(true);
    const noop = await bundle();
    expect(stepsRan(noop)).toEqual([]);
    expect(noop.stdout).toContain('current');
  });

  it.each([
    ['a syntax error', 'if then', /bundle-config:\d+: .*syntax error near unexpected token/],
    [
      'an unknown command at its end',
      'no-such-command',
      /bundle-config:5: .*no-such-command: command not found/,
    ],
    ['an exit status', 'echo I give up >&2; exit 3', /bundle-config: ended with status 3: I give up/],
    ['a value of the wrong form', 'verbose=perhaps', /verbose: expected yes or no, found 'perhaps'/],
  ])('that fails by %s is an error with the message of bash', async (_what, line, message) => {
    config(...driving(), line);
    const ran = await bundle();
    expect(ran.status).toBe(2);
    expect(ran.stderr).toMatch(message);
    expect(ran.stdout).toBe('');
    expect(readdirSync(rig.path('home/bundles'))).toEqual([]);
  });

  it('that misspells a variable is a warning with the right name, and its settings count', async () => {
    config(...driving(), 'hypervisr=kvm');
    const ran = await bundle('--verbose', rig.name);
    expect(ran.status, ran.stderr).toBe(0);
    expect(ran.stderr).toContain('did you mean hypervisor?');
  });
});
