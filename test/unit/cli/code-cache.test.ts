import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { cachedRequire } from '../../../src/cli/code-cache/cached-require.js';
import { codeCacheIn, compiled } from '../../../src/cli/code-cache/compiled.js';
import { writeCodeCache } from '../../../src/cli/code-cache/write.js';
import { type Installation, installMkve } from '../../support/installation.js';

let joined: string;

beforeEach(() => {
  joined = mkdtempSync(join(tmpdir(), 'mkve-code-cache-'));
  for (const name of ['cli', 'chunks']) mkdirSync(join(joined, name));
});

afterEach(() => rmSync(joined, { recursive: true, force: true }));

function chunk(name: string, source: string): void {
  writeFileSync(join(joined, 'chunks', `${name}.js`), source);
}

function load(name: string): unknown {
  const byNode = createRequire(join(joined, 'cli/program.js'));
  return cachedRequire(byNode, joined)(`../chunks/${name}.js`);
}

describe('chunks loaded with a code cache', () => {
  it('have code that V8 takes, with the functions that nothing has called', () => {
    const called = 'exports.add = (a, b) => a + b;';
    chunk('add', called);
    writeCodeCache(joined);
    const code = readFileSync(join(codeCacheIn(joined), 'add.js'));
    expect(compiled('add.js', called, code).cachedDataRejected).toBe(false);
    const withoutFunctions = compiled('add.js', called).createCachedData();
    expect(code.length).toBeGreaterThan(withoutFunctions.length);
  });

  it('run once, and find each other, packages of Node and where they lie', () => {
    chunk('count', 'exports.runs = (globalThis.runs = (globalThis.runs ?? 0) + 1);');
    chunk('a', 'exports.b = require("./b.js").name; exports.runs = require("./count.js").runs;');
    chunk(
      'b',
      'require("./count.js"); module.exports = { name: require("node:path").basename(__filename) };',
    );
    chunk('all', 'exports.a = require("./a.js"); exports.directory = __dirname;');
    writeCodeCache(joined);
    expect(load('all')).toEqual({ a: { b: 'b.js', runs: 1 }, directory: join(joined, 'chunks') });
  });

  it('may need each other in a circle, as with Node', () => {
    chunk('a', 'exports.early = 1; exports.b = require("./b.js"); exports.late = 2;');
    chunk('b', 'const a = require("./a.js"); exports.seen = Object.keys(a); exports.late = () => a.late;');
    writeCodeCache(joined);
    const { b } = load('a') as { b: { seen: string[]; late(): number } };
    expect([b.seen, b.late()]).toEqual([['early'], 2]);
  });

  it('leave import() to the one that Node loads', async () => {
    chunk('import-module', 'exports.importModule = (name) => import(name);');
    chunk('a', 'exports.imported = require("./import-module.js").importModule("node:os");');
    writeCodeCache(joined);
    const { imported } = load('a') as { imported: Promise<object> };
    expect(Object.keys(await imported)).toContain('tmpdir');
  });

  it('throw what Node lets them throw', () => {
    chunk('a', 'require("./gone.js");');
    chunk('b', 'throw new RangeError("too much");');
    writeCodeCache(joined);
    expect(() => load('a')).toThrow('ENOENT');
    expect(() => load('b')).toThrow(RangeError);
  });

  const damages: readonly [string, (file: string) => void][] = [
    ['gone', rmSync],
    ['empty', (file) => truncateSync(file, 0)],
    ['cut', (file) => truncateSync(file, 40)],
    ['of another V8', (file) => writeFileSync(file, Buffer.alloc(4096, 0x5a))],
  ];
  it.each(damages)('are compiled where the code is %s', (_, damage) => {
    chunk('a', 'exports.value = 1 + require("./b.js").value;');
    chunk('b', 'exports.value = 2;');
    writeCodeCache(joined);
    for (const name of readdirSync(codeCacheIn(joined))) damage(join(codeCacheIn(joined), name));
    expect(load('a')).toEqual({ value: 3 });
  });

  it('are compiled where the source is another', () => {
    chunk('a', 'exports.value = 1;');
    writeCodeCache(joined);
    chunk('a', 'exports.value = 1000;');
    expect(load('a')).toEqual({ value: 1000 });
  });

  it('are loaded by Node where none of them was compiled for it', () => {
    chunk('a', 'exports.byNode = require.cache !== undefined;');
    expect(load('a')).toEqual({ byNode: true });
    writeCodeCache(joined);
    expect(load('a')).toEqual({ byNode: false });
  });
});

describe('a build of mkve', () => {
  let installation: Installation;
  let dist: string;
  let names: readonly string[];
  const sourceOf = (name: string) => readFileSync(join(dist, 'chunks', name), 'utf8');

  beforeAll(() => {
    installation = installMkve();
    dist = join(installation.program('mkve')[1], '../..');
    names = readdirSync(join(dist, 'chunks')).filter((name) => name.endsWith('.js'));
  });
  afterAll(() => installation.remove());

  it('has code of every chunk, and V8 takes it', () => {
    expect(names.length).toBeGreaterThan(50);
    const refused = names.filter((name) => {
      const code = readFileSync(join(codeCacheIn(dist), name));
      return compiled(join(dist, 'chunks', name), sourceOf(name), code).cachedDataRejected !== false;
    });
    expect(refused).toEqual([]);
  });

  it('has import() in the one chunk that Node loads', () => {
    expect(names.filter((name) => /\bimport\(/.test(sourceOf(name)))).toEqual(['import-module.js']);
  });
});
