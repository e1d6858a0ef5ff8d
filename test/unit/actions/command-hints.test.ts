import { describe, expect, it } from 'vitest';

import { hintFor } from '../../../src/actions/inside/command-hints.js';

const program = '/tmp/mkve/20-next';

describe('what is said to a command that failed', () => {
  it.each([
    ['No such file or directory', 'lacks the program that the first line of the hook names'],
    ['Permission denied', 'is not executable in the root file system'],
    ['Exec format error', 'no first line such as #!/bin/sh'],
  ])('that it could not be started: %s', (reason, hint) => {
    const lastLines = ['said before', `bwrap: execvp ${program}: ${reason}`];
    expect(hintFor({ program, lastLines, freeBytes: 0 })).toContain(hint);
  });

  it('that the disk of the store is full, or that it is /tmp which is', () => {
    const lastLines = ['cp: error writing: No space left on device', 'giving up'];
    expect(hintFor({ program, lastLines, freeBytes: 4096 })).toContain('name a store on another disk');
    expect(hintFor({ program, lastLines, freeBytes: 5e9 })).toMatch(/has 5\.0 GB left; \/tmp .* memory/);
  });

  it('nothing where its own words have to do', () => {
    for (const lastLines of [[], ['oops'], ['bwrap: execvp /bin/other: Permission denied']])
      expect(hintFor({ program, lastLines, freeBytes: 0 })).toBeUndefined();
  });
});
