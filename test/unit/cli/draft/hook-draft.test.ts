import { execFileSync } from 'node:child_process';

import { describe, expect, it } from 'vitest';

import { fileDifference } from '../../../../src/cli/diff/file-difference.js';
import { hookDraft } from '../../../../src/cli/draft/hook-draft.js';
import { pathWord } from '../../../../src/cli/draft/shell-words.js';
import { byteString, nodeDifferences, TreeObjects } from '../../../../src/tree/index.js';
import { device, dir, file, link, rootfs, symlink, treeOf } from '../../../support/naive-rootfs.js';

type Paths = Parameters<typeof rootfs>[0];

/** The commands of a draft. Files of less than ten bytes are at hand, as small ones are. */
function commands(before: Paths, after: Paths): readonly string[] {
  return draft(before, after).split('\nset -eu\n')[1]?.trim().split('\n') ?? [];
}

function draft(before: Paths, after: Paths): string {
  const objects = new TreeObjects();
  const [old, now] = [treeOf(objects, rootfs(before)), treeOf(objects, rootfs(after))];
  const differences = nodeDifferences(objects, old, now).map(fileDifference);
  const context = { before: contents(before), after: contents(after), sourceDateEpoch: 1000 };
  return hookDraft(differences, { place: 't/lxc after 01-a' }, context);
}

function contents(paths: Paths) {
  return new Map(
    Object.entries(paths).flatMap(([path, literal]) =>
      literal.kind === 'file' && literal.content.length < 10
        ? [[byteString(path), new Uint8Array(literal.content)] as const]
        : [],
    ),
  );
}

describe('a draft of a hook', () => {
  it('lists what was changed, then says where it comes from', () => {
    expect(
      draft({ a: file('x\n'), b: file('y\n') }, { a: file('x\n', { mode: 0o600 }), 'c/d': file('') }),
    ).toBe(
      `#!/bin/sh
# Draft of a hook: what was changed in a shell in t/lxc after 01-a.
#
#   changed  /a  mode 0644 -> 0600
#   deleted  /b  file 0644 0:0 2 B
#   added    /c  dir 0755 0:0
#   added    /c/d  file 0644 0:0 0 B

set -eu

rm -rf -- '/b'
chmod 0600 '/a'
mkdir '/c'
: >'/c/d'
`,
    );
  });

  it.each<[string, Paths, Paths, readonly string[]]>([
    ['a new text', {}, { a: file('x\n') }, ["cat >'/a' <<'END'", 'x', 'END']],
    ['a text with END in it', {}, { a: file('END\n') }, ["cat >'/a' <<'END_'", 'END', 'END_']],
    ['a longer text', { a: file('x\n') }, { a: file('x\ny\n') }, ["cat >>'/a' <<'END'", 'y', 'END']],
    ['another text', { a: file('x\n') }, { a: file('y\nx\n') }, ["cat >'/a' <<'END'", 'y', 'x', 'END']],
    ['no newline', {}, { a: file("it's") }, ["printf %s 'it'\\''s' >'/a'"]],
    ['bytes', {}, { a: file(Buffer.from([0, 255])) }, ["base64 -d >'/a' <<'END'", 'AP8=', 'END']],
    [
      'an owner and setuid',
      {},
      { a: file('', { mode: 0o4755, uid: 1, gid: 2 }) },
      [": >'/a'", "chown -h 1:2 '/a'", "chmod 4755 '/a'"],
    ],
    ['a link', {}, { a: symlink('../b') }, ["ln -sfn -- '../b' '/a'"]],
    ['another name', { a: file('') }, { a: file(''), b: link('a') }, ["ln -f -- '/a' '/b'"]],
    ['a file for a directory', { 'a/b': file('') }, { a: file('') }, ["rm -rf -- '/a'", ": >'/a'"]],
    ['a directory less', { 'a/b': file('') }, {}, ["rm -rf -- '/a'"]],
    [
      'times, directories last',
      {},
      { a: dir({ mtime: 5 }), 'a/b': file('', { mtime: 6 }) },
      ["mkdir '/a'", ": >'/a/b'", "touch -h -d @6 '/a/b'", "touch -h -d @5 '/a'"],
    ],
    ['a link to bytes', {}, { a: symlink(Buffer.from([0xff])) }, [`ln -sfn -- "$(printf %b '\\0377')" '/a'`]],
    ['a quote in a name', {}, { "it's": file('') }, [": >'/it'\\''s'"]],
  ])('makes %s', (_what, before, after, expected) => {
    expect(commands(before, after)).toEqual(expected);
  });

  it.each<[string, Paths, string]>([
    ['a large file', { a: file('0123456789') }, "todo '/a' 'a file of 10 B'"],
    ['a device', { a: device('char', [1, 3]) }, "todo '/a' 'a device: no hook can make one'"],
  ])('ends at %s', (_what, after, expected) => {
    expect(commands({}, after).slice(-1)).toEqual([expected]);
    expect(draft({}, after)).toContain('todo() {');
  });
});

describe('a path as a word of shell', () => {
  it('is written byte by byte where it is no text', () => {
    expect(pathWord(byteString('вол ки'))).toBe("'/вол ки'");
    const words = [
      [0x61, 0xff],
      [0x09, 0x25, 0x64],
    ].map((bytes) => pathWord(byteString(Buffer.from(bytes))));
    expect(words).toEqual(['"$(printf %b \'/\\0141\\0377\')"', '"$(printf %b \'/\\0011\\0045\\0144\')"']);
    for (const shell of ['sh', 'bash']) {
      const read = execFileSync(shell, ['-c', `printf %s ${words.join(' ')}`]);
      expect(read).toEqual(Buffer.from([0x2f, 0x61, 0xff, 0x2f, 0x09, 0x25, 0x64]));
    }
  });
});
