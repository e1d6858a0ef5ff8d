import { describe, expect, it } from 'vitest';

import { parseVersion } from '../../../src/template/assignment.js';

const read = (text: string) => parseVersion(Buffer.from(text));

describe('parseVersion', () => {
  it.each([
    'template_version=0.02\n',
    'template_version="0.02"',
    "# the version\r\n\r\ntemplate_version='0.02' # now\r\n",
    '\uFEFFtemplate_version=0.02',
  ])('reads %j', (text) => {
    expect(read(text)).toEqual({ version: '0.02', findings: [] });
  });

  it('says what is missing from an empty file', () => {
    expect(read('# nothing\n').findings).toEqual([
      { message: 'no template_version is set: expected template_version=VERSION', severity: 'error' },
    ]);
  });

  it('suggests the name for a mistyped one', () => {
    expect(read('template_verison=1\n').findings[0]).toEqual({
      line: 1,
      message: "unknown name 'template_verison'",
      hint: 'did you mean template_version?',
      severity: 'warning',
    });
  });

  it('says only once that a line makes no sense', () => {
    expect(read('template_version = 1\n').findings).toHaveLength(1);
  });

  it.each([
    'template_version=\n',
    'template_version="1 2"\n',
    'template_version=.1\n',
    'template_version="$V"\n',
  ])('refuses the version of %j', (text) => {
    const { version, findings } = read(text);
    expect([version, findings.map(({ line, severity }) => [line, severity])]).toEqual([
      undefined,
      [[1, 'error']],
    ]);
  });

  it('takes the last of two and warns', () => {
    expect(read('template_version=1\ntemplate_version=2\n')).toEqual({
      version: '2',
      findings: [
        {
          line: 2,
          message: 'template_version was already set on line 1; the last one wins',
          severity: 'warning',
        },
      ],
    });
  });
});
