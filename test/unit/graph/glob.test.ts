import { describe, expect, it } from 'vitest';

import { matchesGlob } from '../../../src/graph/index.js';

describe('matchesGlob', () => {
  it.each([
    ['pptp-server/openvz', 'pptp-server/openvz'],
    ['pptp-server/openvz', 'pptp-server/*'],
    ['pptp-server/openvz', '*/openvz'],
    ['pptp-server/openvz', 'pptp-*/open??'],
    ['pptp-server/openvz', '**'],
    ['pptp-server/openvz', '**vz'],
    ['a/b/c', 'a/**/c'],
    ['web.1', 'web.1'],
    ['a+b', 'a+b'],
    ['[x]', '[x]'],
    ['волки/lxc', 'в?лки/*'],
    ['🐺/lxc', '?/lxc'],
    ['', '*'],
  ])('finds that %j is meant by %j', (name, pattern) => {
    expect(matchesGlob(name, pattern)).toBe(true);
  });

  it.each([
    ['pptp-server/openvz', 'pptp-server'],
    ['pptp-server/openvz', '*'],
    ['pptp-server/openvz', 'pptp-server/open?'],
    ['pptp-server/openvz', 'server/openvz'],
    ['pptp-server/openvz', ''],
    ['web21', 'web.1'],
    ['aab', 'a+b'],
    ['x', '[x]'],
    ['a', 'a|b'],
    ['a/x', '?/?/x'],
    ['a\\b', 'a\\\\b'],
  ])('finds that %j is not meant by %j', (name, pattern) => {
    expect(matchesGlob(name, pattern)).toBe(false);
  });

  it.each([...'\\^$.|+()[]{}/-,=<>!:#&~ %@`\'"'])('takes %j for itself', (character) => {
    expect(matchesGlob(`a${character}b`, `a${character}b`)).toBe(true);
    expect(matchesGlob('axb', `a${character}b`)).toBe(false);
  });
});
