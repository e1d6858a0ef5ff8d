import { chmodSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { ToolVersions } from '../../../src/actions/index.js';
import { privateDirectory } from '../../support/template-tree.js';

/** A program that says its version, and notes that it was asked. */
function install(directory: string, name: string, says: string): void {
  const file = join(directory, name);
  rmSync(file, { force: true });
  writeFileSync(file, `#!/bin/sh\necho asked >>${directory}/asked\necho '${says}'\n`);
  chmodSync(file, 0o755);
}

describe('versions of programs', () => {
  it('are asked for once, and again when the file of the program is another one', () => {
    const directory = privateDirectory();
    const record = join(directory, 'tools.json');
    const versionOf = (name: string) => new ToolVersions(`/nowhere:${directory}`, record).versionOf(name);
    const asked = () => readFileSync(join(directory, 'asked'), 'utf8').split('\n').length - 1;
    install(directory, 'apt-get', 'apt 2.6.1 (amd64)');
    expect([versionOf('apt-get'), versionOf('apt-get')]).toEqual(['2.6.1', '2.6.1']);
    expect(asked()).toBe(1);
    install(directory, 'apt-get', 'apt 3.0.0~rc1 (amd64)');
    expect([versionOf('apt-get'), versionOf('apt-get')]).toEqual(['3.0.0~rc1', '3.0.0~rc1']);
    expect(asked()).toBe(2);
    // Only the time of the file says that it was replaced by one as long.
    utimesSync(join(directory, 'apt-get'), 1, 1);
    versionOf('apt-get');
    expect(asked()).toBe(3);
    writeFileSync(record, 'damaged');
    expect(versionOf('apt-get')).toBe('3.0.0~rc1');
    expect(versionOf('tar')).toBe('absent');
    for (const altered of ['null', '[]', '{"apt-get":null}', '{"apt-get":{"stamp":1,"version":2}}']) {
      writeFileSync(record, altered);
      expect(versionOf('apt-get'), altered).toBe('3.0.0~rc1');
    }
  });

  it('of a program that has gone stay what they were: what it made is as good', () => {
    const directory = privateDirectory();
    const record = join(directory, 'tools.json');
    install(directory, 'apt-get', 'apt 2.6.1 (amd64)');
    expect(new ToolVersions(directory, record).versionOf('apt-get')).toBe('2.6.1');
    rmSync(join(directory, 'apt-get'));
    expect(new ToolVersions(directory, record).versionOf('apt-get')).toBe('2.6.1');
  });
});
