import { execFileSync } from 'node:child_process';
import { chmodSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import {
  privateDirectory,
  readTemplate,
  said,
  templateWith,
  writeTree,
} from '../../support/template-tree.js';

describe('the conf files of a native template', () => {
  const confOf = (directory: string) => {
    const reading = readTemplate(directory);
    return reading.ok
      ? reading.value.targets[0]?.conf.map(({ path, mode }) => `${path} ${mode.toString(8)}`)
      : said(reading);
  };

  it('are all regular files, in code-unit order, with nothing of their mode but the x bit', () => {
    const directory = templateWith({
      'conf/openvz/b/c': '',
      'conf/openvz/a.sh': '',
      'conf/openvz/B': '',
      'conf/openvz/b.d': '',
    });
    chmodSync(join(directory, 'conf/openvz/a.sh'), 0o700);
    chmodSync(join(directory, 'conf/openvz/B'), 0o600);
    expect(confOf(directory)).toEqual(['B 644', 'a.sh 755', 'b.d 644', 'b/c 644']);
  });

  it('may be symbolic links within the template', () => {
    const directory = templateWith({ 'conf/common/x': '1', hypervisors: ['openvz', 'common'] });
    writeTree(directory, { 'version/common': 'template_version=1', 'packages-lists/common': '' });
    symlinkSync('common', join(directory, 'conf/openvz'));
    expect(confOf(directory)).toEqual(['x 644']);
  });

  it('may not lead out of the template, in a circle, or nowhere', () => {
    const directory = templateWith({ 'conf/openvz/d/x': '1' });
    const outside = join(privateDirectory(), 'secret');
    writeFileSync(outside, 'secret');
    symlinkSync(outside, join(directory, 'conf/openvz/a'));
    symlinkSync('..', join(directory, 'conf/openvz/d/b'));
    symlinkSync('nowhere', join(directory, 'conf/openvz/c'));
    execFileSync('mkfifo', [join(directory, 'conf/openvz/e')]);
    expect(confOf(directory)).toEqual([
      `conf/openvz/a error: the symbolic link leaves the template, to '${outside}'`,
      "conf/openvz/c error: found a dangling symbolic link to 'nowhere', expected a regular file or a directory",
      'conf/openvz/d/b error: the symbolic link leads to a directory that holds it',
      'conf/openvz/e error: found a FIFO, expected a regular file or a directory',
    ]);
  });

  it('may not stand behind a conf directory that leads out of the template', () => {
    const directory = templateWith({});
    const outside = privateDirectory();
    writeTree(outside, { 'openvz/secret': '1' });
    symlinkSync(outside, join(directory, 'conf'));
    expect(confOf(directory)).toEqual([
      `conf/openvz error: the symbolic link leaves the template, to '${join(outside, 'openvz')}'`,
    ]);
  });

  it('may not have names that no archive can hold', () => {
    const directory = templateWith({ 'conf/openvz/a\nb': '' });
    writeFileSync(Buffer.concat([Buffer.from(join(directory, 'conf/openvz/')), Buffer.from([0xff])]), '');
    expect(confOf(directory)).toHaveLength(2);
  });

  it('are opaque, except the config of openvz', () => {
    const directory = templateWith({
      'conf/openvz/other': 'ONBOT',
      'conf/openvz/config': 'ONBOT=yes\r\nONBOOT\r\n',
    });
    expect(said(readTemplate(directory))).toEqual([
      "conf/openvz/config:1 warning: vps.conf(5) knows no name 'ONBOT'",
      "conf/openvz/config:2 error: expected NAME=value, found 'ONBOOT'",
    ]);
  });

  it('stand in a directory', () => {
    expect(said(readTemplate(templateWith({ 'conf/openvz': 'ONBOOT=yes\n' })))).toEqual([
      'conf/openvz error: found a file, expected a directory with the files to pack into the bundle',
    ]);
  });
});
