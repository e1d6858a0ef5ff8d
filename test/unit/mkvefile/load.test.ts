import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { describe, expect, test } from 'vitest';

import { findMkvefile, loadMkvefile } from '../../../src/mkvefile/index.js';
import { tempDir } from './temp-dir.js';

const TINY = `{ templates: { tiny: { version: '1.0', hypervisors: { lxc: { packages: ['less'] } } } } }`;

async function load(files: Readonly<Record<string, string>>, limitMs?: number) {
  const directory = await tempDir(files);
  const file = join(directory, 'mkvefile.ts');
  return { directory, result: await loadMkvefile(limitMs === undefined ? { file } : { file, limitMs }) };
}

async function problemIn(files: Readonly<Record<string, string>>, limitMs?: number) {
  const { result, directory } = await load(files, limitMs);
  if (result.ok || result.error.failure.kind !== 'config-invalid') return expect.fail('expected a failure');
  const { failure } = result.error;
  expect(failure.what).toBe(join(directory, 'mkvefile.ts'));
  expect(failure.problems).toHaveLength(1);
  return failure.problems[0];
}

/** Vitest formats stacks itself, without the source maps of tsx, so lines are only right in a process of their own. */
async function problemOutsideVitest(files: Readonly<Record<string, string>>): Promise<unknown> {
  const file = join(await tempDir(files), 'mkvefile.ts');
  const script = fileURLToPath(new URL('./print-problems.ts', import.meta.url));
  const run = await promisify(execFile)(process.execPath, ['--import', 'tsx', script, file]);
  const [problem, ...more] = JSON.parse(run.stdout) as readonly unknown[];
  expect(more).toEqual([]);
  return problem;
}

describe('an mkvefile', () => {
  test('imports from mkve where no package is installed and no package.json exists', async () => {
    const { result, directory } = await load({
      'mkvefile.ts': `
        import { defineConfig, mmdebstrap, type MkveConfig } from 'mkve';
        const config: MkveConfig = { ...${TINY}, packages: mmdebstrap({ suite: 'sid' }) };
        export default defineConfig(config);`,
    });
    expect(result).toMatchObject({
      ok: true,
      value: {
        file: join(directory, 'mkvefile.ts'),
        config: { directory, packages: { backend: 'mmdebstrap', suite: 'sid' } },
        reads: [join(directory, 'mkvefile.ts')],
      },
    });
  });

  test.each([['module'], ['commonjs']])('loads in a package of type %s', async (type) => {
    const { result } = await load({
      'package.json': JSON.stringify({ type }),
      'mkvefile.ts': `import { defineConfig } from 'mkve';\nexport default defineConfig(${TINY});`,
    });
    expect(result.ok).toBe(true);
  });

  test('has every file it imports among its reads', async () => {
    const { result, directory } = await load({
      'mkvefile.ts': `
        import { readFileSync } from 'node:fs';
        import { defineConfig } from 'mkve';
        import { packages } from './parts/packages';
        import names from './names.json';
        const { version } = await import('./parts/version.js');
        export default defineConfig({ templates: { [names[0]]: { version, hypervisors: { lxc: { packages } } } } });`,
      'parts/packages.ts': `import { less } from './less.mjs';\nexport const packages: string[] = [less];`,
      'parts/less.mts': `export const less = 'less' as const;`,
      'parts/version.ts': `export const version: string = '2.0';`,
      'names.json': '["tiny"]',
    });
    expect(result).toMatchObject({
      ok: true,
      value: {
        config: {
          templates: [{ template: { version: '2.0', hypervisors: { lxc: { packages: ['less'] } } } }],
        },
        reads: ['mkvefile.ts', 'names.json', 'parts/less.mts', 'parts/packages.ts', 'parts/version.ts'].map(
          (path) => join(directory, path),
        ),
      },
    });
  });

  test('may import mkve in the files it imports and in packages installed beside it', async () => {
    const { result, directory } = await load({
      'mkvefile.ts': `import config from 'our-templates';\nexport default config;`,
      'node_modules/our-templates/package.json': '{ "type": "module", "exports": "./index.js" }',
      'node_modules/our-templates/index.js': `import { defineConfig } from 'mkve';\nexport default defineConfig(${TINY});`,
    });
    expect(result).toMatchObject({
      ok: true,
      value: {
        reads: [join(directory, 'mkvefile.ts'), join(directory, 'node_modules/our-templates/index.js')],
      },
    });
  });

  test('may export the promise of a config', async () => {
    expect((await load({ 'mkvefile.ts': `export default Promise.resolve(${TINY});` })).result.ok).toBe(true);
  });

  test('is run anew by every load', async () => {
    const { directory } = await load({ 'mkvefile.ts': `export default ${TINY};` });
    const file = join(directory, 'mkvefile.ts');
    await writeFile(file, `export default ${TINY.replace('tiny', 'other')};`);
    expect(await loadMkvefile({ file })).toMatchObject({
      value: { config: { templates: [{ name: 'other' }] } },
    });
  });

  test('is left behind when the signal is aborted', async () => {
    const directory = await tempDir({ 'mkvefile.ts': 'await new Promise(() => {});\nexport default {};' });
    const controller = new AbortController();
    const loading = loadMkvefile({ file: join(directory, 'mkvefile.ts'), signal: controller.signal });
    controller.abort();
    expect(await loading).toMatchObject({ ok: false, error: { failure: { kind: 'cancelled' } } });
  });
});

describe('a mistake in an mkvefile is told with its file and line', () => {
  test('when its syntax is wrong', async () => {
    expect(await problemIn({ 'mkvefile.ts': 'export default {\n  templates: {,\n};\n' })).toEqual({
      file: 'mkvefile.ts',
      line: 2,
      message: 'syntax error: Expected identifier but found ","',
      severity: 'error',
    });
  });

  test('when the syntax of an imported file is wrong', async () => {
    const files = {
      'mkvefile.ts': `import './parts/bad';\nexport default {};`,
      'parts/bad.ts': '\n\nconst = 1;\n',
    };
    expect(await problemIn(files)).toMatchObject({ file: 'parts/bad.ts', line: 3 });
  });

  test('when it throws, at the line of the source and not of what was made of it', async () => {
    const text = `type A = {\n  a: string;\n};\n\nfunction f(): never {\n  throw new RangeError('too much');\n}\nf();`;
    expect(await problemOutsideVitest({ 'mkvefile.ts': text })).toEqual({
      file: 'mkvefile.ts',
      line: 6,
      message: 'it threw RangeError: too much',
      severity: 'error',
    });
  });

  test('when it throws something that is no Error', async () => {
    expect(await problemIn({ 'mkvefile.ts': `throw 'no';` })).toMatchObject({ message: 'it threw no' });
  });

  test('when the promise it exports is rejected', async () => {
    const text = `\nexport default Promise.reject(new Error('later'));`;
    expect(await problemOutsideVitest({ 'mkvefile.ts': text })).toMatchObject({
      line: 2,
      message: 'it threw Error: later',
    });
  });

  test('when it imports what does not exist', async () => {
    expect(await problemIn({ 'mkvefile.ts': `import './nowhere';` })).toMatchObject({
      file: 'mkvefile.ts',
      message: "Cannot find module 'nowhere'",
    });
    expect(await problemIn({ 'mkvefile.ts': `import 'no-such-package';` })).toMatchObject({
      message: "Cannot find package 'no-such-package'",
    });
  });

  test('when it imports from mkve what this version does not have', async () => {
    expect(
      await problemIn({ 'mkvefile.ts': `\nimport { zypper } from 'mkve';\nexport default zypper;` }),
    ).toMatchObject({
      line: 2,
      message: "The requested module 'mkve' does not provide an export named 'zypper'",
    });
  });

  test('when it exports nothing by default', async () => {
    expect(await problemIn({ 'mkvefile.ts': 'export const config = {};' })).toMatchObject({
      message: 'has no default export',
    });
  });

  test('when it or its promise never settles', async () => {
    const message = 'did not finish loading within 0.3 s';
    expect(await problemIn({ 'mkvefile.ts': 'await new Promise(() => {});' }, 300)).toMatchObject({
      message,
    });
    expect(await problemIn({ 'mkvefile.ts': 'export default new Promise(() => {});' }, 300)).toMatchObject({
      message,
    });
  });

  test('when its schema is wrong', async () => {
    expect(await problemIn({ 'mkvefile.ts': `export default { ...${TINY}, job: 3 };` })).toMatchObject({
      file: 'mkvefile.ts',
      message: 'job: unknown key',
      hint: 'did you mean jobs?',
    });
  });

  test('when it does not exist', async () => {
    expect((await problemIn({}))?.message).toMatch(/^does not exist in /);
  });
});

test('the mkvefile of a directory is its own or that of the nearest directory above', async () => {
  const directory = await tempDir({ 'mkvefile.ts': '', 'a/b/c/x': '', 'a/mkvefile.ts': '' });
  expect(await findMkvefile(directory)).toBe(join(directory, 'mkvefile.ts'));
  expect(await findMkvefile(join(directory, 'a/b/c'))).toBe(join(directory, 'a/mkvefile.ts'));
  expect(await findMkvefile(await tempDir())).toBeUndefined();
});
