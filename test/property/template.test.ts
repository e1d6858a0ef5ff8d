import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { checkVpsConf, parseAssignment } from '../../src/hypervisor/index.js';
import { parseVersion } from '../../src/template/assignment.js';
import { hookList, hypervisorList, packageList, parseList } from '../../src/template/list.js';
import { linesOf } from '../../src/template/text.js';

// Random bytes alone hardly ever make a line that means something.
const piece = fc.constantFrom(
  'less',
  'a=b',
  'template_version=1',
  '"',
  "'",
  '\\',
  '#',
  ' ',
  '\t',
  '=',
  '\r',
  '\n',
  '\uFEFF',
  'ё',
);
const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc
    .array(
      fc.oneof(
        piece.map((text) => Buffer.from(text)),
        fc.uint8Array({ maxLength: 3 }),
      ),
      { maxLength: 30 },
    )
    .map((parts) => Buffer.concat(parts)),
);

const packageName = fc.stringMatching(/^[a-z0-9][a-z0-9+.]{0,8}$/);
const comment = fc.stringMatching(/^[ \t]*#[^\n\r]{0,10}$/);
const decoration = fc.record({
  above: fc.array(fc.oneof(comment, fc.constantFrom('', ' ', '\t')), { maxLength: 3 }),
  indent: fc.constantFrom('', ' ', '\t'),
  behind: fc.oneof(
    fc.constantFrom('', ' '),
    comment.map((text) => ` ${text}`),
  ),
});
const ending = fc.constantFrom('\n', '\r\n');

const listed = (text: string) => parseList(Buffer.from(text), packageList).entries.map((entry) => entry.text);

describe('the parsers of template files', () => {
  it('never throw, and every finding has a line of the file or none', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const { lines } = linesOf(bytes);
        const findings = [hypervisorList, packageList, hookList].flatMap(
          (kind) => parseList(bytes, kind).findings,
        );
        for (const { line } of [...findings, ...parseVersion(bytes).findings, ...checkVpsConf(lines)]) {
          expect(line ?? 1).toBeGreaterThan(0);
          expect(line ?? 1).toBeLessThanOrEqual(lines.length);
        }
      }),
    );
  });

  it('read the same packages whatever comments, blank lines and line ends stand around them', () => {
    const entry = fc.tuple(packageName, decoration);
    fc.assert(
      fc.property(
        fc.uniqueArray(entry, { selector: ([name]) => name, maxLength: 8 }),
        ending,
        (entries, end) => {
          const names = entries.map(([name]) => name);
          const decorated = entries.flatMap(([name, { above, indent, behind }]) => [
            ...above,
            `${indent}${name}${behind}`,
          ]);
          expect(listed(decorated.join(end))).toEqual(listed(names.join('\n')));
          expect(listed(names.join('\n'))).toEqual(names);
        },
      ),
    );
  });

  it('read the same set of packages in any order', () => {
    const shuffled = fc
      .array(packageName, { maxLength: 10 })
      .chain((names) =>
        fc.tuple(
          fc.constant(names),
          fc.shuffledSubarray(names, { minLength: names.length, maxLength: names.length }),
        ),
      );
    fc.assert(
      fc.property(shuffled, ([names, other]) => {
        expect(new Set(listed(names.join('\n')))).toEqual(new Set(listed(other.join('\n'))));
      }),
    );
  });

  it('read back any value that was written in double quotes', () => {
    const value = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !/\p{Cc}/u.test(text));
    fc.assert(
      fc.property(value, (text) => {
        const line = `NAME="${text.replace(/["\\$`]/g, '\\$&')}"`;
        expect(parseAssignment(line)).toEqual({ ok: true, value: { name: 'NAME', value: text } });
      }),
    );
  });
});
