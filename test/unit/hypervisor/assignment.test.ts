import { describe, expect, it } from 'vitest';

import { parseAssignment } from '../../../src/hypervisor/index.js';

describe('parseAssignment', () => {
  it.each([
    ['A=b', 'b'],
    ['A=', ''],
    ['A=""', ''],
    ['  A="b c"  ', 'b c'],
    ["A='b \"c'", 'b "c'],
    ['A="b \\"c\\" \\$d"', 'b "c" $d'],
    ["A='b\\'", 'b\\'],
    ['A=b # comment', 'b'],
    ['A="b"\t# comment', 'b'],
    ['A= # comment', ''],
    ['A=b#c', 'b#c'],
    ['A="/dev/ppp:rw "', '/dev/ppp:rw '],
    ['A="волки"', 'волки'],
  ])('reads %s', (line, value) => {
    expect(parseAssignment(line)).toEqual({ ok: true, value: { name: 'A', value } });
  });

  it.each(['', '   ', '# A=b', '\t# A'])('finds nothing in %j', (line) => {
    expect(parseAssignment(line)).toEqual({ ok: true, value: undefined });
  });

  it.each([
    ['A', "expected NAME=value, found 'A'"],
    ['A =b', "white space between 'A' and '='"],
    ['A= b', "A: white space between '=' and the value"],
    ['A=b c', "A: the unquoted value ends before 'c'"],
    ['A=b;c', "A: the unquoted value ends before ';c'"],
    ['A="b', 'A: the closing " is missing'],
    ['A="b\\"', 'A: the closing " is missing'],
    ['A="b"c', "A: expected the end of the line after the closing \", found 'c'"],
    ['1A=b', "'1A' is no name: expected letters, digits and '_', not beginning with a digit"],
    ['export A=b', "'export A' is no name: expected letters, digits and '_', not beginning with a digit"],
    ['A="b\0"', 'a control character, which no reader of the file expects'],
  ])('refuses %j', (line, message) => {
    expect(parseAssignment(line)).toMatchObject({ ok: false, error: { message } });
  });
});
