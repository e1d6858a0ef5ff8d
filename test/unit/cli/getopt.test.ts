import { describe, expect, test } from 'vitest';

import {
  allOf,
  has,
  lastOf,
  type OptionSpec,
  parseOptions,
  parseOrdered,
} from '../../../src/cli/options/index.js';

const table = [
  { name: 'output', short: 'o', takes: { value: 'FILE' }, help: '' },
  { name: 'hypervisor', takes: { value: 'HV' }, help: '' },
  { name: 'hooks', takes: { value: 'DIR' }, repeatable: true, help: '' },
  { name: 'hook', takes: { value: 'FILE' }, help: '' },
  { name: 'verbose', short: 'v', takes: 'nothing', help: '' },
  { name: 'version', takes: 'nothing', help: '' },
  { name: 'keep-going', short: 'k', takes: 'nothing', help: '' },
  { name: 'jobs', short: 'j', takes: { value: 'N' }, help: '' },
  { name: 'force', short: 'F', takes: { optionalValue: 'STEP' }, repeatable: true, help: '' },
] as const satisfies readonly OptionSpec[];

function parse(...argv: readonly string[]) {
  const parsed = parseOptions(table, argv);
  return parsed.ok ? parsed.value : expect.fail(parsed.error.message);
}

function mistake(...argv: readonly string[]) {
  const parsed = parseOptions(table, argv);
  if (parsed.ok) return expect.fail('expected a failure');
  const { message, hint } = parsed.error;
  return hint === undefined ? message : `${message}; ${hint}`;
}

describe('options', () => {
  test('take their value after = or from the next argument', () => {
    expect(parse('--output=a=b', '--hypervisor', '--kvm')).toEqual({
      values: { output: ['a=b'], hypervisor: ['--kvm'] },
      operands: [],
    });
  });

  test('keep their order among each other for those who ask', () => {
    const parsed = parseOrdered(table, ['--hooks', 'a', 'x', '-vk', '--hook=b', '--hooks', 'c', '-j2']);
    const given = parsed.ok ? parsed.value.given : [];
    expect(given.map(({ name, value }) => `${name}=${value}`)).toEqual([
      ...['hooks=a', 'verbose=', 'keep-going=', 'hook=b', 'hooks=c', 'jobs=2'],
    ]);
  });

  test('may have an empty value', () => {
    expect(parse('--output=', '-o', '').values).toEqual({ output: ['', ''] });
  });

  test('may be cut to any prefix that only one of them has', () => {
    expect(parse('--out', 'x', '--hyp=openvz', '--verb').values).toEqual({
      output: ['x'],
      hypervisor: ['openvz'],
      verbose: [''],
    });
  });

  test('prefer an exact name to a prefix', () => {
    expect(parse('--hook', 'x').values).toEqual({ hook: ['x'] });
  });

  test('may be bundled behind one dash, and a value may follow at once or later', () => {
    expect(parse('-vk').values).toEqual({ verbose: [''], 'keep-going': [''] });
    expect(parse('-j4').values).toEqual({ jobs: ['4'] });
    expect(parse('-kj', '4').values).toEqual({ 'keep-going': [''], jobs: ['4'] });
    expect(parse('-vo=x').values).toEqual({ verbose: [''], output: ['=x'] });
  });

  test('with an optional value take none from the next argument', () => {
    expect(parse('--force', 'step')).toEqual({ values: { force: [''] }, operands: ['step'] });
    expect(parse('--force=a', '--force=b').values).toEqual({ force: ['a', 'b'] });
    expect(parse('-F', '-Fa').values).toEqual({ force: ['', 'a'] });
  });

  test('may be mixed with operands until --', () => {
    expect(parse('a', '-v', '-', 'b', '--', '-k', '--', 'c')).toEqual({
      values: { verbose: [''] },
      operands: ['a', '-', 'b', '-k', '--', 'c'],
      afterDashes: ['-k', '--', 'c'],
    });
  });

  test('are read by accessors: whether given, the last value, every value', () => {
    const parsed = parse('--hooks=a', '--hooks=b', '-o', 'x', '-o', 'y');
    expect([has(parsed, 'verbose'), has(parsed, 'output')]).toEqual([false, true]);
    expect([lastOf(parsed, 'output'), lastOf(parsed, 'jobs')]).toEqual(['y', undefined]);
    expect([allOf(parsed, 'hooks'), allOf(parsed, 'force')]).toEqual([['a', 'b'], []]);
  });
});

test.each([
  [['--ver'], "option '--ver' is ambiguous; it may mean --verbose, --version"],
  [['--ho=x'], "option '--ho' is ambiguous; it may mean --hooks, --hook"],
  [['--outptu', 'x'], "unknown option '--outptu'; did you mean --output?"],
  [['--zzz'], "unknown option '--zzz'; --help lists the options"],
  [['--=x'], "unknown option '--'; --help lists the options"],
  [['--outputs'], "unknown option '--outputs'; did you mean --output?"],
  [['-vx'], "unknown option '-x'; --help lists the options"],
  [['--verbose=yes'], "option '--verbose' takes no value"],
  [['--verb=yes'], "option '--verbose' takes no value"],
  [['--output'], "option '--output' needs a value; write --output FILE"],
  [['-vj'], "option '--jobs' needs a value; write --jobs N"],
])('%j is a mistake', (argv, message) => {
  expect(mistake(...argv)).toBe(message);
});
