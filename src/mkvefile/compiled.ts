/**
 * An mkvefile as JavaScript, kept between runs. Starting tsx takes several times as long as everything else that a build
 * with nothing to do does, and an mkvefile is seldom what changed. Only the translation is kept, never what came of running
 * it: an mkvefile may read files and the environment, so it runs every time.
 */
import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { basename, extname } from 'node:path';

import { type Digest, digestOf } from '../base/index.js';
import { type KeptPlace, keepEntry, readEntry } from './kept-entry.js';

/** What is kept for one mkvefile. */
interface Entry {
  /** Digest of the mkvefile and of all that its translation depends on. */
  readonly key: Digest;
  /** Absent where only tsx can run the mkvefile. */
  readonly script?: string;
}

/** Where `mkve` leads, with which an mkvefile and mkve's own code share one module. */
const MKVE = new URL(`../mkvefile/config${extname(import.meta.url)}`, import.meta.url).href;

/** Goes up with the options that esbuild is given below. */
const FORMAT = 1;

/** The module as a URL to import, if what is kept is a translation of what is in the file now. */
export async function compiledModule(file: string, place: KeptPlace): Promise<string | undefined> {
  const [source, entry] = await Promise.all([
    readFile(file, 'utf8').catch(() => undefined),
    entryOf(file, place),
  ]);
  if (source === undefined || entry?.script === undefined || entry.key !== keyOf(source)) return undefined;
  // Node keeps modules by their URL, and every loading is to run the mkvefile anew.
  const text = `${entry.script}\n//${++loadings}`;
  return `data:text/javascript;base64,${Buffer.from(text).toString('base64')}`;
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

/** Whether a module does not ask where it lies: it will be imported from somewhere else. */
function standsAlone(source: string): boolean {
  return !/\bimport\s*\.\s*meta\b|\brequire\b|\bimport\s*\(/.test(source);
}

function language(file: string): 'js' | 'ts' {
  return /\.[mc]?js$/.test(file) ? 'js' : 'ts';
}

/**
 * By esbuild, as tsx does it. Nothing where the module imports more than mkve and Node's own modules: how such a name is
 * resolved depends on files that could come and go.
 */
async function translate(file: string, source: string): Promise<string | undefined> {
  const { build } = await import('esbuild');
  let isAlone = true;
  const built = await build({
    stdin: { contents: source, sourcefile: basename(file), loader: language(file) },
    bundle: true,
    write: false,
    format: 'esm',
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
