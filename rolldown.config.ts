/**
 * Joins `src/` into `dist/`: a program is to start in little more time than Node itself takes. Programs and workers are CommonJS, since
 * Node's loader of ES modules takes some 10 to 15 ms longer for them. What is imported by others (`import … from 'mkve'`) is an
 * ES module, and so is the thread.
 */
import { resolve } from 'node:path';

import { defineConfig, type Plugin, type RenderedChunk, type RolldownOptions } from 'rolldown';

import { writeCodeCache } from './src/cli/code-cache/write.js';

const PROGRAMS = ['mkve', 'mkve-bundle', 'mkve-cache', 'mkve-template'].map((name) => `cli/${name}`);
/** Chunks that Node itself loads. */
const LOADED_BY_NODE = {
  'chunks/cached-require': 'src/cli/code-cache/cached-require.ts',
  'chunks/import-module': 'src/mkvefile/import-module.ts',
};
/** Programs and workers of their own, and loaders that hook into Node. */
const EXTERNAL = [/^tsx/, 'esbuild'];
const DIRECTORY = process.env['MKVE_JOIN_INTO'] ?? 'dist';

const COMMON = { platform: 'node', logLevel: 'warn', external: EXTERNAL } as const;
const OUTPUT = {
  dir: DIRECTORY,
  entryFileNames: '[name].js',
  comments: { legal: true, annotation: false, jsdoc: false },
} as const;

/** The package's own package.json says that its files are ES modules. */
const asCommonJs: Plugin = {
  name: 'commonjs-directories',
  generateBundle() {
    for (const directory of ['cli', 'chunks', 'actions'])
      this.emitFile({
        type: 'asset',
        fileName: `${directory}/package.json`,
        source: '{ "type": "commonjs" }\n',
      });
  },
};

/** Programs load their chunks with V8's code cache. */
const withCodeCache: Plugin = {
  name: 'code-cache',
  writeBundle: ({ dir }) => writeCodeCache(resolve(dir ?? DIRECTORY)),
};

function useOfCodeCache({ name }: RenderedChunk): string {
  if (!PROGRAMS.includes(name)) return '';
  return 'require = require("../chunks/cached-require.js").cachedRequire(require, require("node:path").dirname(__dirname));';
}

function alone(name: string, source: string, format: 'cjs' | 'esm' = 'esm'): RolldownOptions {
  return {
    ...COMMON,
    input: { [name]: source },
    output: { ...OUTPUT, format, codeSplitting: false },
  };
}

export default defineConfig([
  {
    input: { ...Object.fromEntries(PROGRAMS.map((name) => [name, `src/${name}.ts`])), ...LOADED_BY_NODE },
    ...COMMON,
    plugins: [asCommonJs, withCodeCache],
    output: {
      ...OUTPUT,
      format: 'cjs',
      intro: useOfCodeCache,
      chunkFileNames: 'chunks/[name]-[hash].js',
    },
  },
  alone('mkvefile/config', 'src/mkvefile/config.ts'),
  alone('mkvefile/index', 'src/mkvefile/index.ts'),
  alone('actions/worker', 'src/actions/inside/worker.ts', 'cjs'),
  alone('pack/digest-thread', 'src/pack/digest-thread.ts'),
]);
