import { describe, expect, it } from 'vitest';

import { hookList, hypervisorList, packageList, parseList } from '../../../src/template/list.js';

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe('parseList', () => {
  it('skips blank lines and comments, also after an entry', () => {
    const text = '# all\n\nless # a pager\n  \n\tmore\t# another\n #x\nvim';
    expect(parseList(bytes(text), packageList)).toEqual({
      entries: [
        { text: 'less', line: 3 },
        { text: 'more', line: 5 },
        { text: 'vim', line: 7 },
      ],
      findings: [],
    });
  });

  it('reads CRLF and a byte order mark as if they were not there', () => {
    expect(parseList(bytes('\uFEFFopenvz\r\n# x\r\nqemu\r\n'), hypervisorList)).toEqual({
      entries: [
        { text: 'openvz', line: 1 },
        { text: 'qemu', line: 3 },
      ],
      findings: [],
    });
  });

  it('takes a # inside a word for a part of it', () => {
    expect(parseList(bytes('hook#1\n'), hookList).entries).toEqual([{ text: 'hook#1', line: 1 }]);
  });

  it('says on which line UTF-8 ends, and still checks the others', () => {
    const text = Buffer.concat([bytes('less\nm'), Buffer.from([0xff]), bytes('\nvim vi\n')]);
    const { entries, findings } = parseList(text, packageList);
    expect(entries).toEqual([{ text: 'less', line: 1 }]);
    expect(findings.map(({ line, message }) => `${line}: ${message}`)).toEqual([
      '2: the line is not valid UTF-8',
      "3: expected one package a line, found 'vim vi'",
    ]);
  });

  it('warns of a package listed twice and names the first line', () => {
    expect(parseList(bytes('less\nvim\nless\n'), packageList)).toEqual({
      entries: [
        { text: 'less', line: 1 },
        { text: 'vim', line: 2 },
      ],
      findings: [
        {
          line: 3,
          message: "package 'less' stands already on line 1",
          hint: 'remove one of the two',
          severity: 'warning',
          code: 'list-repeated',
        },
      ],
    });
  });

  it('lets a hook run twice', () => {
    const { entries, findings } = parseList(bytes('a\nb\na\n'), hookList);
    expect([entries.map(({ text }) => text), findings]).toEqual([['a', 'b', 'a'], []]);
  });

  it.each([
    'less',
    'g++',
    'libstdc++6',
    'python3.11',
    'linux-image-cloud-amd64',
    've-pptp-server',
    'less:i386',
  ])('takes %s for a package', (name) => expect(parseList(bytes(name), packageList).findings).toEqual([]));

  it.each(['less=590-2', 'less:amd64=1:590~bpo12+1', 'libX11-devel', 'perl-JSON_XS'])(
    'takes %s for a package',
    (name) => expect(parseList(bytes(name), packageList).findings).toEqual([]),
  );

  it.each([
    '-less',
    '+vim',
    'less-',
    'less-=1',
    'less/stable',
    '~ninstalled',
    'less=',
    'less:',
    '--help',
    'лес',
    'a;b',
    '*',
  ])('refuses %s as a package', (name) =>
    expect(parseList(bytes(name), packageList).findings).toMatchObject([{ line: 1, severity: 'error' }]),
  );

  it.each(['OpenVZ', '-x', '.x', 'a/b', 'a+b'])('refuses %s as a hypervisor', (name) =>
    expect(parseList(bytes(name), hypervisorList).findings).toMatchObject([{ line: 1, severity: 'error' }]),
  );

  it.each(['../x', '.', '..', '/bin/sh', 'a\u0007b', 'a\u007f'])('refuses %j as a hook', (name) =>
    expect(parseList(bytes(name), hookList).findings).toMatchObject([{ line: 1, severity: 'error' }]),
  );

  it('does not print control characters as they are', () => {
    expect(parseList(bytes('a\u001b[31m'), hookList).findings[0]?.message).toContain("'a\\u001b[31m'");
  });
});
