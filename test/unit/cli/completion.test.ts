import { describe, expect, it } from 'vitest';

import { candidatesFor, type ProjectWords } from '../../../src/cli/completion/candidates.js';
import { programs } from '../../../src/cli/completion/programs.js';
import { completionScript } from '../../../src/cli/completion/scripts.js';
import { kindOf } from '../../../src/cli/completion/words.js';
import { mkveCommands } from '../../../src/cli/options/index.js';

const words =
  (...list: readonly string[]) =>
  () =>
    Promise.resolve(list);
const project: ProjectWords = {
  targets: words('t/lxc'),
  steps: words('t/lxc:01-root'),
  templates: words('web'),
  hypervisors: words('kvm', 'lxc'),
};

async function complete(line: string): Promise<readonly string[]> {
  const [name = '', ...rest] = line.split(' ');
  const program = programs.get(name);
  if (program === undefined) throw new Error(`no program ${name}`);
  const { candidates, beside } = await candidatesFor(program, rest, project);
  return [...(beside === 'nothing' ? [] : [`:${beside}`]), ...candidates.map(({ word }) => word)];
}

describe('candidates', () => {
  it.each<[string, readonly string[]]>([
    ['mkve bu', ['build']],
    ['mkve -v bu', ['build']],
    ['mkve build ', ['t/lxc']],
    ['mkve build t/lxc ', ['t/lxc']],
    ['mkve explain ', ['t/lxc', 't/lxc:01-root']],
    ['mkve build --dry', ['--dry-run']],
    ['mkve build --dry-run --dry', []],
    ['mkve build --force=', ['--force=t/lxc', '--force=t/lxc:01-root']],
    ['mkve build --force ', ['t/lxc']],
    ['mkve build -f ', [':files']],
    ['mkve -f other.ts build ', ['t/lxc']],
    ['mkve graph --format m', ['text', 'dot', 'mermaid', 'json', 'html']],
    [
      'mkve graph --format=',
      ['text', 'dot', 'mermaid', 'json', 'html'].map((format) => `--format=${format}`),
    ],
    ['mkve verify ', [':files']],
    ['mkve cache ex', ['export']],
    ['mkve cache export ', [':files']],
    ['mkve cache export file ', ['t/lxc']],
    ['mkve cache stats ', []],
    ['mkve completion ', ['bash', 'zsh', 'fish']],
    ['mkve status --nonsense=', []],
    ['mkve-bundle ', [':directories', 'web']],
    ['mkve-bundle --hypervisor ', ['kvm', 'lxc']],
    ['mkve-bundle --hyper', ['--hypervisor']],
    ['mkve-cache --copy ', [':files']],
    ['mkve-template ', [':directories']],
  ])('of %j', async (line, expected) => {
    expect(await complete(line)).toEqual(expected);
  });

  it('say what a command or an option does', async () => {
    const { candidates } = await candidatesFor(programs.get('mkve') ?? never(), ['wa'], project);
    expect(candidates).toEqual([{ word: 'watch', help: mkveCommands.watch.summary }]);
  });
});

describe('the names of arguments', () => {
  it('are read as help writes them', () => {
    expect(kindOf('[TARGET…]')).toBe('targets');
    expect(kindOf('[TARGET...]')).toBe('targets');
    expect(kindOf('TARGET|STEP')).toBe('steps');
    expect(kindOf('N')).toBe('nothing');
  });
});

describe('scripts', () => {
  it('are there for three shells and complete all programs', () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const script = completionScript(shell);
      for (const name of programs.keys())
        expect(script).toMatchObject({ ok: true, value: expect.stringContaining(name) });
    }
    expect(completionScript('tcsh')).toEqual({
      ok: false,
      error: "there are completions for bash, zsh, fish, not for 'tcsh'",
    });
  });
});

function never(): never {
  throw new Error('missing');
}
