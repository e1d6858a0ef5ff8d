import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { MmdebstrapSource } from '../../../src/graph/index.js';
import { oneLineSources, variantPatterns } from '../../../src/packages/index.js';
import { packageSource } from '../../../src/packages/source.js';

let apt: string;
beforeEach(() => {
  apt = mkdtempSync(join(tmpdir(), 'mkve-apt-'));
  mkdirSync(join(apt, 'sources.list.d'));
});
afterEach(() => rmSync(apt, { recursive: true, force: true }));

const host = () => ({ aptDirectory: apt, suite: 'bookworm', architecture: 'amd64' });

function sourceOf(options: Parameters<typeof packageSource>[0]): MmdebstrapSource {
  const source = packageSource(options, host());
  if (!source.ok) throw new Error(JSON.stringify(source.error));
  return source.value;
}

describe('where packages come from', () => {
  it("is the host's own apt configuration for the suite, in both of its formats", () => {
    writeFileSync(join(apt, 'key.gpg'), 'a key');
    writeFileSync(
      join(apt, 'sources.list'),
      `# deb http://off.example x main\ndeb-src http://src.example bookworm main\ndeb [arch=amd64 signed-by=${join(apt, 'key.gpg')}] http://one.example/debian bookworm main contrib # why\n`,
    );
    writeFileSync(
      join(apt, 'sources.list.d/two.sources'),
      'Types: deb deb-src\nURIs: http://two.example/debian\nSuites: bookworm bookworm-updates trixie\nComponents: main\n\nTypes: deb\nEnabled: no\nURIs: http://three.example\nSuites: bookworm\nComponents: main\n',
    );
    const { repositories, architecture, suite } = sourceOf({});
    expect({ architecture, suite }).toEqual({ architecture: 'amd64', suite: 'bookworm' });
    expect(repositories).toEqual([
      {
        uris: ['http://one.example/debian'],
        suites: ['bookworm'],
        components: ['main', 'contrib'],
        keyrings: [{ file: join(apt, 'key.gpg'), digest: expect.stringMatching(/^sha256:/) }],
      },
      {
        uris: ['http://two.example/debian'],
        suites: ['bookworm', 'bookworm-updates'],
        components: ['main'],
        keyrings: [],
      },
    ]);
  });

  it('is what the user says, a URL or a whole entry', () => {
    const { repositories } = sourceOf({
      suite: 'trixie',
      mirrors: ['http://mine.example/debian', 'deb http://extra.example/repo stable main extra'],
    });
    expect(repositories.map(({ uris, suites, components }) => [uris[0], suites[0], components])).toEqual([
      ['http://mine.example/debian', 'trixie', ['main']],
      ['http://extra.example/repo', 'stable', ['main', 'extra']],
    ]);
  });

  it('is an error that says what to do where nothing is known', () => {
    expect(packageSource({ suite: 'nosuch' }, host())).toMatchObject({
      ok: false,
      error: { kind: 'usage-wrong', message: 'no mirror is known for suite nosuch' },
    });
  });

  it('is an error that names a keyring that cannot be read', () => {
    const source = packageSource(
      { mirrors: ['http://m.example'], keyrings: ['/nonexistent/key.gpg'] },
      host(),
    );
    expect(source).toMatchObject({
      ok: false,
      error: { kind: 'input-unreadable', file: '/nonexistent/key.gpg' },
    });
  });

  it('gives the root file system no path of this machine', () => {
    writeFileSync(join(apt, 'key.gpg'), 'a key');
    const source = sourceOf({ mirrors: ['http://m.example'], keyrings: [join(apt, 'key.gpg')] });
    expect(oneLineSources(source)).toBe(
      `deb [signed-by=${join(apt, 'key.gpg')}] http://m.example bookworm main\n`,
    );
    expect(oneLineSources(source, 'for-rootfs')).toBe('deb http://m.example bookworm main\n');
  });

  it('knows the variants of mmdebstrap and no others', () => {
    const source = sourceOf({ mirrors: ['http://m.example'] });
    expect(variantPatterns(source)).toContain('apt');
    expect(variantPatterns({ ...source, variant: 'huge' })).toBeUndefined();
  });
});
