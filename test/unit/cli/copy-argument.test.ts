import { describe, expect, it } from 'vitest';

import { readCopyArgument } from '../../../src/cli/copy-argument.js';
import { byteString } from '../../../src/tree/index.js';

function read(text: string) {
  const argument = readCopyArgument(text, '/home/ann');
  if (!argument.ok)
    return argument.error.kind === 'usage-wrong' ? argument.error.message : argument.error.kind;
  const { source, name, destination } = argument.value;
  return [source, name, destination.path, destination.place];
}

describe('SRC[:DEST]', () => {
  it.each([
    ['motd:/etc/motd', ['/home/ann/motd', 'motd', '/etc/motd', 'auto']],
    ['a/motd:/etc/', ['/home/ann/a/motd', 'motd', '/etc/', 'into']],
    ['a/motd:/etc/.', ['/home/ann/a/motd', 'motd', '/etc/.', 'into']],
    ['dir/:/srv', ['/home/ann/dir', 'dir', '/srv', 'auto']],
    // What is in a directory, as cp -r and docker COPY take it.
    ['dir/.:/srv', ['/home/ann/dir', 'dir', '/srv', 'at']],
    ['.:/srv/', ['/home/ann', 'ann', '/srv/', 'at']],
    ['/etc/hosts', ['/etc/hosts', 'hosts', '/etc/hosts', 'at']],
    ['/etc/../etc/apt/', ['/etc/apt', 'apt', '/etc/apt', 'at']],
    ['a\\:b:/c:d', ['/home/ann/a:b', 'a:b', '/c:d', 'auto']],
    ['волк:/srv/волк', ['/home/ann/волк', 'волк', byteString('/srv/волк'), 'auto']],
  ])('%s is %j', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it.each([
    ['motd', '--copy motd: a relative SRC needs a DEST'],
    ['motd:etc', "--copy motd:etc: DEST is a path inside and begins with '/', found 'etc'"],
    ['motd:', "--copy motd:: DEST is a path inside and begins with '/', found ''"],
    [':/etc', '--copy :/etc: SRC is missing'],
    ['', '--copy : SRC is missing'],
  ])('%j is refused: %s', (text, message) => {
    expect(read(text)).toBe(message);
  });
});
