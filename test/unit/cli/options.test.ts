import { describe, expect, test } from 'vitest';

import {
  type CommandHelp,
  mkveBundleHelp,
  mkveBundleOptions,
  mkveCacheHelp,
  mkveCacheOptions,
  mkveCommands,
  mkveHelp,
  mkveTemplateHelp,
  optionLabel,
  parseOptions,
  renderHelp,
  splitCommand,
} from '../../../src/cli/options/index.js';

const all: readonly CommandHelp[] = [
  ...[mkveBundleHelp, mkveCacheHelp, mkveTemplateHelp, mkveHelp],
  ...Object.values(mkveCommands),
];

describe.each(all.map((help) => [help.name, help] as const))('%s', (_name, help) => {
  test('has no two options of one name or letter', () => {
    const names = help.options.map(({ name }) => name);
    const letters = help.options.flatMap(({ short }) => short ?? []);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(letters).size).toBe(letters.length);
  });

  test('has a help text of 80 columns that names every option, and an example', () => {
    const text = renderHelp(help);
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    for (const { name, help: words } of help.options) {
      expect(text).toContain(`--${name}`);
      expect(words).not.toMatch(/\.$/);
    }
    expect(help.examples.length).toBeGreaterThan(0);
  });

  test('has examples that its own table can parse', () => {
    for (const { command } of help.examples) {
      const first = command.split(' && ')[0] ?? '';
      const argv = first
        .slice(help.name.length)
        .replaceAll("'", '')
        .split(' ')
        .filter((word) => word !== '');
      expect(first.startsWith(help.name)).toBe(true);
      if (help !== mkveHelp) expect(parseOptions(help.options, argv)).toMatchObject({ ok: true });
    }
  });
});

test('mkve-bundle has every option of the specification', () => {
  const specified =
    'hypervisor output template hooks force-no-sign backend suite mirror verbose quiet logfile arch help version';
  expect(mkveBundleOptions.map(({ name }) => name)).toEqual(expect.arrayContaining(specified.split(' ')));
});

test('mkve-cache has every option of the specification, --out as an abbreviation', () => {
  const specified =
    'command hook copy exclude tarify-only create-fake-devices hsh-workdir suite mirror arch backend verbose quiet logfile help version';
  expect(mkveCacheOptions.map(({ name }) => name)).toEqual(expect.arrayContaining(specified.split(' ')));
  const short = parseOptions(mkveCacheOptions, ['-z', '--out', 'x', '--comm', 'y', '--create', '--tar=r']);
  expect(short).toMatchObject({ ok: true, value: { values: { gzip: [''], output: ['x'], command: ['y'] } } });
});

test('help lines up, wraps and marks what may be repeated', () => {
  const help: CommandHelp = {
    name: 'mkve x',
    usage: '[options] FILE',
    summary: 'Do x',
    description: ['One paragraph.'],
    options: [
      {
        name: 'jobs',
        short: 'j',
        takes: { value: 'N' },
        help: 'run at most N steps at once and no more than that, really',
      },
      { name: 'force', takes: { optionalValue: 'STEP' }, repeatable: true, help: 'run again' },
      { name: 'a-rather-long-name', takes: { value: 'VALUE' }, help: 'text' },
    ],
    examples: [{ command: 'mkve x y', does: 'Does x to y.' }],
  };
  expect(renderHelp(help)).toBe(`Usage: mkve x [options] FILE

Do x.

One paragraph.

Options:
  -j, --jobs N            run at most N steps at once and no more than that,
                          really
      --force[=STEP]      run again; may be repeated
      --a-rather-long-name VALUE
                          text

Examples:
  mkve x y
      Does x to y.
`);
  expect(help.options.map(optionLabel)).toEqual([
    '-j, --jobs N',
    '    --force[=STEP]',
    '    --a-rather-long-name VALUE',
  ]);
});

describe('the command of mkve', () => {
  test.each([
    [['build', 'a', '-k'], 'build', ['a', '-k']],
    [['-f', 'build', 'status', '--json'], 'status', ['-f', 'build', '--json']],
    [['--file=x', 'log', 'status'], 'log', ['--file=x', 'status']],
    [['-vj', '4', 'build'], 'build', ['-vj', '4']],
    [['--force', 'build'], 'build', ['--force']],
    [['--version'], undefined, ['--version']],
    [[], undefined, []],
  ])('of %j is %s', (argv, command, rest) => {
    expect(splitCommand(argv)).toEqual({ ok: true, value: { ...(command && { command }), argv: rest } });
  });

  test('that does not exist comes with the one that was meant', () => {
    expect(splitCommand(['biuld'])).toMatchObject({ error: { message: "unknown command 'biuld'" } });
    expect(splitCommand(['buld'])).toMatchObject({ error: { hint: 'did you mean build?' } });
    expect(splitCommand(['toString'])).toMatchObject({ error: { message: "unknown command 'toString'" } });
  });

  test('is not looked for behind a mistake', () => {
    expect(splitCommand(['--zzz', 'build'])).toMatchObject({ error: { message: "unknown option '--zzz'" } });
    expect(splitCommand(['-f'])).toMatchObject({ error: { message: "option '--file' needs a value" } });
  });
});
