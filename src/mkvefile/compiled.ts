/**
 * An mkvefile as JavaScript, kept between runs. Starting tsx takes several times as long as everything else that a build
 * with nothing to do does, and an mkvefile is seldom what changed. Only the translation is kept, never what came of running
 * it: an mkvefile may read files and the environment, so it runs every time.
 */
import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { basename, extname } from 'node:path';
import { compileFunction } from 'node:vm';

import { type Digest, digestOf } from '../base/index.js';
import * as mkve from './config.js';
import { importModule } from './import-module.js';
import { type KeptPlace, keepEntry, readEntry } from './kept-entry.js';

/** What is kept for one mkvefile. */
interface Entry {
  /** Digest of the mkvefile and of all that its translation depends on. */
  readonly key: Digest;
  /** Absent where only tsx can run the mkvefile. */
  readonly script?: Script;
}

interface Script {
  /** Node's loader of ES modules takes longer, and is needed where a module waits for promises before it is done. */
  readonly format: 'cjs' | 'esm';
  readonly text: string;
}

/** What an mkvefile exports. */
interface Exports {
  readonly default?: unknown;
}

/** Where `mkve` leads. */
const MKVE = new URL(`../mkvefile/config${extname(import.meta.url)}`, import.meta.url).href;

/** Goes up with the options that esbuild is given below. */
const FORMAT = 2;

/** Runs the module anew, if what is kept is a translation of what is in the file now. */
export async function compiledModule(
  file: string,
  place: KeptPlace,
): Promise<(() => Promise<Exports>) | undefined> {
  const [source, entry] = await Promise.all([
    readFile(file, 'utf8').catch(() => undefined),
    entryOf(file, place),
  ]);
  if (source === undefined || entry?.script === undefined || entry.key !== keyOf(source)) return undefined;
  const { format, text } = entry.script;
  return format === 'cjs' ? async () => run(text, file) : () => importText(text);
}

function run(text: string, file: string): Exports {
  const module: { exports: Exports } = { exports: {} };
  const lead = (name: string): unknown => (name === MKVE ? mkve : process.getBuiltinModule(name));
  compileFunction(text, ['module', 'require'], { filename: file }).call(undefined, module, lead);
  return module.exports;
}

function importText(text: string): Promise<Exports> {
  // Node keeps modules by their URL, and every loading is to run the mkvefile anew.
  const another = `${text}\n//${++loadings}`;
  const url = `data:text/javascript;base64,${Buffer.from(another).toString('base64')}`;
  return importModule(url) as Promise<Exports>;
}

let loadings = 0;

/** Translates an mkvefile and keeps that, unless it is kept already. Never fails: the next loading takes longer without. */
export async function keepCompiled(file: string, place: KeptPlace): Promise<void> {
  try {
    const source = await readFile(file, 'utf8');
    const key = keyOf(source);
    if ((await entryOf(file, place))?.key === key) return;
    const script = standsAlone(source) ? await translate(file, source) : undefined;
    const entry: Entry = { key, ...(script === undefined ? {} : { script }) };
    await keepEntry({ kind: 'compiled', file }, place, JSON.stringify(entry));
  } catch {
    // A full disk, a file that is being written: whoever needs the store or the mkvefile itself will say so.
  }
}

async function entryOf(file: string, place: KeptPlace): Promise<Entry | undefined> {
  const text = await readEntry({ kind: 'compiled', file }, place);
  return text === undefined ? undefined : (JSON.parse(text) as Entry);
}

function keyOf(source: string): Digest {
  return digestOf(JSON.stringify([FORMAT, MKVE, process.versions.node, source]));
}

/** Whether a module does not ask where it lies, or of which kind it is: it will be run from somewhere else. */
function standsAlone(source: string): boolean {
  return !/\bimport\s*\.\s*meta\b|\b(?:require|module|exports|arguments)\b|\bimport\s*\(/.test(source);
}

function language(file: string): 'js' | 'ts' {
  return /\.[mc]?js$/.test(file) ? 'js' : 'ts';
}

/**
 * By esbuild, as tsx does it. Nothing where the module imports more than mkve and Node's own modules: how such a name is
 * resolved depends on files that could come and go.
 */
async function translate(file: string, source: string): Promise<Script | undefined> {
  const asCommonJs = await translateInto('cjs', { file, source }).catch(() => 'cannot be' as const);
  if (asCommonJs === undefined) return undefined;
  if (asCommonJs !== 'cannot be') return { format: 'cjs', text: asCommonJs };
  const text = await translateInto('esm', { file, source });
  return text === undefined ? undefined : { format: 'esm', text };
}

async function translateInto(
  format: Script['format'],
  { file, source }: { readonly file: string; readonly source: string },
): Promise<string | undefined> {
  const { build } = (await importModule('esbuild')) as typeof import('esbuild');
  let isAlone = true;
  const built = await build({
    stdin: { contents: source, sourcefile: basename(file), loader: language(file) },
    bundle: true,
    write: false,
    format,
    ...(format === 'cjs' ? { banner: { js: '"use strict";' } } : {}),
    platform: 'node',
    target: `node${process.versions.node}`,
    keepNames: true,
    logLevel: 'silent',
    // What the author's project says of its own code has nothing to do with the mkvefile.
    tsconfigRaw: {},
    plugins: [
      {
        name: 'mkvefile',
        setup: ({ onResolve }) =>
          onResolve({ filter: /.*/ }, ({ path }) => {
            isAlone &&= path === 'mkve' || isBuiltin(path);
            return { path: path === 'mkve' ? MKVE : path, external: true };
          }),
      },
    ],
  });
  return isAlone ? built.outputFiles[0]?.text : undefined;
}
