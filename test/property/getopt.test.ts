import fc from 'fast-check';
import { expect, test } from 'vitest';

import { type OptionSpec, parseOptions } from '../../src/cli/options/index.js';

const takes = fc.oneof(
  fc.constant('nothing' as const),
  fc.constant({ value: 'V' }),
  fc.constant({ optionalValue: 'V' }),
);

const tables: fc.Arbitrary<readonly OptionSpec[]> = fc.uniqueArray(
  fc.record({
    name: fc.stringMatching(/^[a-z][a-z-]{0,6}$/),
    short: fc.stringMatching(/^[a-zA-Z]$/),
    takes,
    help: fc.constant(''),
  }),
  { selector: ({ name }) => name },
);

const wordsOf = (table: readonly OptionSpec[]) =>
  fc.array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('--', '-', '--=', ''),
      ...table.flatMap(({ name, short }) => [
        fc.nat(name.length).map((length) => `--${name.slice(0, length)}`),
        fc.string().map((value) => `--${name}=${value}`),
        fc.string().map((rest) => `-${short}${rest}`),
      ]),
    ),
  );

const commandLines = tables.chain((table) => wordsOf(table).map((argv) => ({ table, argv })));

test('no command line makes the option parser throw, and no argument is lost', () => {
  fc.assert(
    fc.property(commandLines, ({ table, argv }) => {
      const parsed = parseOptions(table, argv);
      if (!parsed.ok) {
        expect(parsed.error.message).not.toBe('');
        return;
      }
      const names = table.map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(Object.keys(parsed.value.values)));
      for (const operand of parsed.value.operands) expect(argv).toContain(operand);
    }),
  );
});

test('whatever follows -- is an operand', () => {
  fc.assert(
    fc.property(tables, fc.array(fc.string()), (table, words) => {
      expect(parseOptions(table, ['--', ...words])).toEqual({
        ok: true,
        value: { values: {}, operands: words, afterDashes: words },
      });
    }),
  );
});

test('a value comes out as it went in, after = and from the next argument alike', () => {
  const table = [{ name: 'output', takes: { value: 'FILE' }, help: '' }] as const;
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 6 }), (value, length) => {
      const option = `--${'output'.slice(0, length)}`;
      const expected = { ok: true, value: { values: { output: [value] }, operands: [] } };
      expect(parseOptions(table, [`${option}=${value}`])).toEqual(expected);
      expect(parseOptions(table, [option, value])).toEqual(expected);
    }),
  );
});
