import { chmod, mkdir, readdir, readFile, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { compiledModule, keepCompiled } from '../../../src/mkvefile/compiled.js';
import { type KeptPlace, loadMkvefile } from '../../../src/mkvefile/index.js';
import { tempDir } from './temp-dir.js';

const UID = process.getuid?.() ?? 0;
const TINY = `{ templates: { tiny: { version: '1.0', hypervisors: { lxc: { packages: ['less'] } } } } }`;

async function place(source: string): Promise<{ readonly file: string; readonly kept: KeptPlace }> {
  const directory = await tempDir({ 'mkvefile.ts': source });
  await mkdir(join(directory, 'kept'));
  return { file: join(directory, 'mkvefile.ts'), kept: { directory: join(directory, 'kept'), uid: UID } };
}

async function kept(source: string) {
  const made = await place(source);
  await keepCompiled(made.file, made.kept);
  const [name = ''] = await readdir(made.kept.directory);
  return { ...made, entry: join(made.kept.directory, name) };
}

const isUsed = async ({ file, kept }: { readonly file: string; readonly kept: KeptPlace }) =>
  (await compiledModule(file, kept)) !== undefined;

describe('a translated mkvefile', () => {
  test.each([
    ['a plain one', `import { defineConfig } from 'mkve';\nexport default defineConfig(${TINY});`],
    [
      'types and enums',
      `enum E { A = 'x' }\nconst t: E = E.A;\nexport default { ...${TINY}, hooks: [] as string[], jobs: t.length };`,
    ],
    [
      'Node modules',
      `import { readFileSync } from 'node:fs';\nimport os from 'os';\nvoid os; void readFileSync;\nexport default ${TINY};`,
    ],
    [
      'default, named and whole imports of Node modules',
      `import path, { basename } from 'node:path';\nimport * as os from 'os';\nexport default { ...${TINY}, hooks: [], jobs: path.basename('a/b') === basename('b') && typeof os.cpus === 'function' ? 2 : 3 };`,
    ],
    [
      'a module, which is strict and nobody',
      `const self = (function () { return this; })();\nexport default { ...${TINY}, jobs: self === undefined && this === undefined ? 2 : 3 };`,
    ],
    [
      'a promise that nothing waits for',
      `export default new Promise((resolve) => setImmediate(resolve, ${TINY}));`,
    ],
    [
      'a promise',
      `import { mmdebstrap } from 'mkve';\nawait Promise.resolve();\nexport default Promise.resolve({ ...${TINY}, packages: mmdebstrap({ suite: 'sid' }) });`,
    ],
  ])('is loaded as tsx loads it: %s', async (_, source) => {
    const at = await kept(source);
    expect(await isUsed(at)).toBe(true);
    const [withTsx, without] = [await loadMkvefile({ file: at.file }), await loadMkvefile(at)];
    expect(withTsx.ok).toBe(true);
    expect(without).toEqual(withTsx);
  });

  test('runs anew every time it is loaded', async () => {
    const at = await kept(
      `import { readFileSync } from 'node:fs';\nexport default { ...${TINY}, jobs: Number(readFileSync(process.env['MKVE_TEST_JOBS_FILE'] ?? '', 'utf8')) };`,
    );
    const jobs = `${at.file}.jobs`;
    process.env['MKVE_TEST_JOBS_FILE'] = jobs;
    try {
      for (const count of [2, 3]) {
        await writeFile(jobs, String(count));
        expect(await loadMkvefile(at)).toMatchObject({ ok: true, value: { config: { jobs: count } } });
      }
    } finally {
      delete process.env['MKVE_TEST_JOBS_FILE'];
    }
  });

  test.each([
    ['another file', `import { x } from './x.ts';\nexport default x;`],
    ['a package', `import { x } from 'some-package';\nexport default x;`],
    ['a file when it runs', `export default (await import('./x.ts')).x;`],
    ['where it lies', `export default import.meta.dirname;`],
    ['another file by require', `export default require('./x.cjs');`],
    ['to know of which kind it is', `export default typeof module === 'undefined' ? {} : {};`],
    ['what cannot be parsed', `export default {`],
  ])('is not kept when it needs %s', async (_, source) => {
    expect(await isUsed(await kept(source))).toBe(false);
  });

  test('is not used when the mkvefile is another, whatever its times say', async () => {
    const at = await kept(`export default ${TINY};`);
    const text = await readFile(at.file, 'utf8');
    await writeFile(at.file, text.replace("'1.0'", "'2.0'"));
    await utimes(at.file, 0, 0);
    expect(await isUsed(at)).toBe(false);
    await keepCompiled(at.file, at.kept);
    expect(await isUsed(at)).toBe(true);
    expect(await readdir(at.kept.directory)).toHaveLength(1);
  });

  test('is not used when it was altered, cut short or replaced by something else', async () => {
    const at = await kept(`export default ${TINY};`);
    const text = await readFile(at.entry, 'utf8');
    for (const altered of [text.replace('less', 'evil'), text.slice(0, -9), '', 'x', '\n', '\n{}']) {
      await writeFile(at.entry, altered);
      expect(await isUsed(at), altered).toBe(false);
    }
  });

  test('is not used when anybody else could have written it', async () => {
    const at = await kept(`export default ${TINY};`);
    expect(await isUsed(at)).toBe(true);
    expect(await compiledModule(at.file, { ...at.kept, uid: UID + 1 })).toBeUndefined();
    await chmod(at.entry, 0o622);
    expect(await isUsed(at)).toBe(false);
    await chmod(at.entry, 0o600);
    const elsewhere = join(at.kept.directory, '..', 'elsewhere');
    await mkdir(elsewhere);
    await symlink(at.entry, join(elsewhere, at.entry.slice(at.kept.directory.length + 1)));
    expect(await compiledModule(at.file, { directory: elsewhere, uid: UID })).toBeUndefined();
  });

  test('names the line of the mkvefile when it throws', async () => {
    const at = await kept(
      `const broken = true;\n\nif (broken) throw new Error('no such place');\nexport default ${TINY};`,
    );
    expect(await isUsed(at)).toBe(true);
    expect(await loadMkvefile(at)).toEqual(await loadMkvefile({ file: at.file }));
  });

  test('names the line also of what throws when it is looked at', async () => {
    const at = await kept(
      `export default {\n  get templates(): never {\n    throw new Error('not today');\n  },\n};`,
    );
    expect(await isUsed(at)).toBe(true);
    expect(await loadMkvefile(at)).toEqual(await loadMkvefile({ file: at.file }));
  });

  test('is not missed where it cannot be kept', async () => {
    const { file, kept } = await place(`export default ${TINY};`);
    await keepCompiled(file, { ...kept, directory: `${file}/below` });
    expect(await loadMkvefile({ file, kept })).toMatchObject({ ok: true });
  });
});
