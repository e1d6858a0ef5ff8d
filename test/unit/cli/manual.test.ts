import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { mkveVersion } from '../../../src/cli/host.js';
import { readDeclarations } from '../../../src/cli/manual/declarations.js';
import { manualPages } from '../../../src/cli/manual/pages.js';
import { paragraph, roffText, verbatim } from '../../../src/cli/manual/roff.js';
import { mkveCommands } from '../../../src/cli/options/index.js';
import { privateDirectory } from '../../support/template-tree.js';

const root = join(import.meta.dirname, '../../..');
const declarations = readFileSync(join(root, 'src/mkvefile/config.ts'), 'utf8');
const pages = manualPages({ version: mkveVersion(), declarations });

/** The page as a terminal shows it, and what man(1) has to say about it. */
function shown(file: string): { readonly text: string; readonly warnings: string } {
  const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8', MANWIDTH: '80', MANPAGER: 'cat' };
  const ran = spawnSync('man', ['--warnings', '-E', 'UTF-8', '-l', file], { env, encoding: 'utf8' });
  if (ran.error !== undefined) throw ran.error;
  return { text: ran.stdout, warnings: ran.stderr };
}

describe('the manual pages', () => {
  it('are those that npm run man writes: run it and commit what it changes', () => {
    const written = readdirSync(join(root, 'docs/man')).map((name) => [
      name,
      readFileSync(join(root, 'docs/man', name), 'utf8'),
    ]);
    expect(Object.fromEntries(written)).toEqual(Object.fromEntries(pages));
  });

  it.each([...pages.keys()])('are fine with man --warnings: %s', (name) => {
    const { text, warnings } = shown(join(root, 'docs/man', name));
    expect(warnings).toBe('');
    expect(text).toMatch(/^NAME$/m);
  });

  it('say everything that help says of a command', () => {
    const { text } = shown(join(root, 'docs/man/mkve.1'));
    const words = text.replace(/\u2010\n\s*/g, '').replace(/\s+/g, ' ');
    for (const { name, summary, examples } of Object.values(mkveCommands)) {
      expect(words).toContain(name);
      expect(words).toContain(`${summary}.`);
      for (const { command } of examples) expect(words).toContain(command);
    }
  });
});

describe('roff', () => {
  it('shows text as it was typed, whatever it begins with or holds', () => {
    const text = '.TH is no request, nor is this: \\fB -x ~ ^ `\' "';
    const file = join(privateDirectory(), 'page.1');
    writeFileSync(
      file,
      `.TH X 1\n.SH NAME\nx \\- y\n.SH TEXT\n${paragraph(text)}\n${verbatim("'quoted'\n.dotted")}\n`,
    );
    const { text: page, warnings } = shown(file);
    expect(warnings).toBe('');
    expect(page).toContain(text);
    expect(page).toMatch(/^ +'quoted'\n +\.dotted$/m);
  });

  it('makes code bold', () => {
    expect(roffText('run `mkve build`')).toBe('run \\fBmkve build\\fR');
  });
});

describe('the declarations of mkvefile/config.ts', () => {
  it('are read with their comments, defaults and whether they are needed', () => {
    const [found] = readDeclarations(
      [
        '/** A thing. */',
        'export interface Thing extends Other {',
        '  /** Where it\n   * is. */',
        '  readonly path: string;',
        "  /**\n   * How.\n   * @default 'so'\n   */",
        "  readonly how?:\n    | 'so'\n    | 'not so';",
        '}',
      ].join('\n'),
    );
    expect(found).toEqual({
      name: 'Thing',
      text: 'A thing.',
      keys: [
        { name: 'path', isOptional: false, type: 'string', text: 'Where it is.' },
        { name: 'how', isOptional: true, type: "| 'so' | 'not so'", text: 'How.', otherwise: "'so'" },
      ],
    });
  });

  it('are all of them: no key of the file is missed', () => {
    const keys = readDeclarations(declarations).flatMap((found) => found.keys);
    const written = [...declarations.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name);
    // What a backend's function returns says which backend it is, and nobody writes that.
    expect(keys.map(({ name }) => name)).toEqual(written.filter((name) => name !== 'backend'));
  });
});
