import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { ChokidarFileSource, MemoryFileSource } from '../../src/watch/index.js';
import { fileSourceContract } from './suites/file-source.js';

function directoryOnDisk(): string {
  return mkdtempSync(join(tmpdir(), 'mkve-test-'));
}

fileSourceContract('disk', () => {
  const directory = directoryOnDisk();
  let writes = 0;
  return {
    directory,
    open: (listener) => new ChokidarFileSource(listener),
    write: (path) => writeFileSync(path, String(writes++)),
    makeDirectory: (path) => mkdirSync(path),
    remove: (path) => rmSync(path),
    dispose: () => rmSync(directory, { recursive: true, force: true }),
  };
});

fileSourceContract('memory', () => {
  let source: MemoryFileSource | undefined;
  const kinds = new Map<string, 'directory' | 'other'>([
    ['/', 'directory'],
    ['/test', 'directory'],
  ]);
  const change = (path: string, kind: 'directory' | 'other' | 'missing') => {
    if (kind === 'missing') kinds.delete(path);
    else kinds.set(path, kind);
    source?.touch(path, kind);
  };
  return {
    directory: '/test',
    open: (listener) => {
      source = new MemoryFileSource(listener, kinds);
      return source;
    },
    write: (path) => change(path, 'other'),
    makeDirectory: (path) => change(path, 'directory'),
    remove: (path) => change(path, 'missing'),
    dispose: () => undefined,
  };
});

describe('the file system, as editors and people change it', () => {
  async function heard(
    prepare: (directory: string) => void,
    change: (directory: string) => void,
  ): Promise<void> {
    const directory = directoryOnDisk();
    prepare(directory);
    let hear: (path: string) => void = () => undefined;
    const told = new Promise<string>((resolve) => {
      hear = resolve;
    });
    const source = new ChokidarFileSource({ changed: (path) => hear(path), failed: () => undefined });
    onTestFinished(async () => {
      await source.close();
      rmSync(directory, { recursive: true, force: true });
    });
    await source.watch([join(directory, 'watched')]);
    change(directory);
    expect(await told).toBe(join(directory, 'watched'));
  }
  const file = (directory: string) => writeFileSync(join(directory, 'watched'), 'old');

  it('is heard when a file becomes executable', () =>
    heard(file, (directory) => chmodSync(join(directory, 'watched'), 0o755)));

  it('is heard when a file of the same size and times takes its place', () =>
    heard(
      (directory) => {
        file(directory);
        writeFileSync(join(directory, 'fresh'), 'new');
        for (const name of ['watched', 'fresh']) utimesSync(join(directory, name), 1, 1);
      },
      (directory) => renameSync(join(directory, 'fresh'), join(directory, 'watched')),
    ));

  it('is heard when a symlink is made to lead elsewhere', () =>
    heard(
      (directory) => {
        symlinkSync('one', join(directory, 'watched'));
        symlinkSync('two', join(directory, 'fresh'));
      },
      (directory) => renameSync(join(directory, 'fresh'), join(directory, 'watched')),
    ));

  it('is heard in a directory that was put in the place of another', async () => {
    const directory = directoryOnDisk();
    const [conf, away] = [join(directory, 'conf'), join(directory, 'away')];
    mkdirSync(conf);
    const told: string[] = [];
    let tell: () => void = () => undefined;
    const source = new ChokidarFileSource({
      changed: (path) => {
        told.push(path);
        tell();
      },
      failed: () => undefined,
    });
    onTestFinished(async () => {
      await source.close();
      rmSync(directory, { recursive: true, force: true });
    });
    await source.watch([conf]);
    renameSync(conf, away);
    mkdirSync(conf);
    expect(await source.watch([conf])).toBe('armed');
    told.length = 0;
    const hears = new Promise<void>((resolve) => {
      tell = () => {
        if (told.includes(join(conf, 'new'))) resolve();
      };
    });
    writeFileSync(join(conf, 'new'), '');
    await hears;
  });
});
