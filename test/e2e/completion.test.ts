import { execFileSync } from 'node:child_process';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Rig } from './support/rig.js';
import { Tmux } from './support/tmux.js';

let rig: Rig;
beforeEach(() => {
  rig = new Rig();
  for (const name of ['mkve', 'mkve-bundle'] as const)
    rig.write(`bin/${name}`, `#!/bin/sh\nexec ${rig.program(name).join(' ')} "$@"\n`, 0o755);
  rig.write(
    'mkvefile.ts',
    `import { defineConfig, mmdebstrap } from 'mkve';
     export default defineConfig({ packages: mmdebstrap({ suite: 'bookworm' }), sign: false, templates: {
       web: { version: '1', hypervisors: { lxc: { hooks: ['01-root'] }, kvm: {} } } } });\n`,
  );
});
afterEach(() => rig.dispose());

const env = () => ({
  PATH: `${rig.path('bin')}:${process.env['PATH'] ?? ''}`,
  HOME: rig.directory,
  TERM: 'dumb',
});
const run = (...[program = '', ...args]: readonly string[]) =>
  execFileSync(program, args, { cwd: rig.directory, env: env(), encoding: 'utf8' }).trimEnd();

describe('completions loaded in a real shell', () => {
  it('bash: commands, targets, steps with their colon, options with their value, files', () => {
    const script = `source <(mkve completion bash)
      complete -p mkve mkve-bundle >/dev/null || exit 1
      for COMP_LINE in 'mkve wat' 'mkve build web/k' 'mkve explain web/lxc:01' 'mkve build --force=web/lxc:01' \\
          'mkve-bundle --temp' 'mkve inspect mkvef'; do
        COMP_POINT=\${#COMP_LINE}
        _mkve
        echo "\${COMPREPLY[*]}"
      done`;
    expect(run('bash', '--norc', '-c', script).split('\n')).toEqual([
      ...['watch', 'web/kvm', '01-root', '01-root', '--template', 'mkvefile.ts'],
    ]);
  });

  it('fish: the same, with what they mean', () => {
    const ask = ['mkve wat', 'mkve explain web/lxc:01', 'mkve build --keep', 'mkve inspect mkvef'];
    const script = ask.map((line) => `complete -C "${line}"`).join('\n');
    expect(run('fish', '--no-config', '-c', `mkve completion fish | source\n${script}`).split('\n')).toEqual([
      'watch\tBuild targets, and again whenever something changes that they are made of',
      'web/lxc:01-root',
      '--keep-going\tafter a failure go on with all that does not depend on it',
      'mkvefile.ts',
    ]);
  });

  it('zsh: at a key', async () => {
    const { PATH, HOME } = env();
    const start = 'autoload -U compinit && compinit -u -D && source <(mkve completion zsh) && echo REA""DY';
    const shell = new Tmux(`cd '${rig.directory}' && PATH='${PATH}' HOME='${HOME}' exec zsh -f -i`, {
      columns: 100,
      rows: 20,
    });
    try {
      await shell.until('a prompt', (lines) => lines.some((line) => /[#%] ?$/.test(line)));
      shell.type('-l', start);
      shell.type('Enter');
      await shell.until('the script', (lines) => lines.includes('READY'));
      const completed = async (typed: string, whole: string) => {
        shell.type('-l', typed);
        shell.type('Tab');
        await shell.until(whole, (lines) => lines.some((line) => line.endsWith(whole)));
        shell.type('C-u');
      };
      await completed('mkve wat', 'mkve watch');
      await completed('mkve explain web/lxc:01', 'mkve explain web/lxc:01-root');
      await completed('mkve build --keep', 'mkve build --keep-going');
      await completed('mkve-bundle --temp', 'mkve-bundle --template');
    } finally {
      shell.close();
    }
  });
});
