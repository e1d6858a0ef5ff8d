import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { FileListener, FileSource } from '../../../src/watch/index.js';

/** The files that a source watches, and how the test changes them. */
export interface FileSourceRig {
  /** Absolute; a directory that exists. */
  readonly directory: string;
  open(listener: FileListener): FileSource;
  /** Gives a file another content, or makes it. */
  write(path: string): void;
  makeDirectory(path: string): void;
  remove(path: string): void;
  dispose(): void;
}

/** What every FileSource promises. */
export function fileSourceContract(medium: string, makeRig: () => FileSourceRig): void {
  describe(`FileSource (${medium})`, () => {
    let rig: FileSourceRig;
    let source: FileSource;
    let told: Set<string>;
    let tell: () => void;
    beforeEach(() => {
      rig = makeRig();
      told = new Set();
      tell = () => undefined;
      source = rig.open({
        changed: (path) => {
          told.add(path);
          tell();
        },
        failed: ({ message }) => expect.fail(message),
      });
    });
    afterEach(async () => {
      await source.close();
      rig.dispose();
    });

    const at = (name: string) => `${rig.directory}/${name}`;
    /** Resolves once it has been told of a path; the test's time limit is the only one. */
    const hears = (path: string) =>
      new Promise<void>((resolve) => {
        tell = () => {
          if (told.has(path)) resolve();
        };
        tell();
      });

    it('tells of a file that changes, comes and goes', async () => {
      await source.watch([at('list')]);
      for (const change of [
        () => rig.write(at('list')),
        () => rig.write(at('list')),
        () => rig.remove(at('list')),
      ]) {
        told.clear();
        change();
        await hears(at('list'));
      }
    });

    it('tells of every entry of a directory', async () => {
      rig.makeDirectory(at('conf'));
      await source.watch([at('conf')]);
      rig.write(at('conf/new'));
      await hears(at('conf/new'));
    });

    it('does not tell of what nobody asked for', async () => {
      rig.write(at('other'));
      await source.watch([at('list')]);
      rig.write(at('other'));
      rig.write(at('list'));
      await hears(at('list'));
      expect([...told]).toEqual([at('list')]);
    });

    it('tells of the directory that comes into being for a path below it', async () => {
      await source.watch([at('hooks/deep/greet')]);
      rig.makeDirectory(at('hooks'));
      await hears(at('hooks'));
      expect(await source.watch([at('hooks/deep/greet')])).toBe('armed');
      rig.makeDirectory(at('hooks/deep'));
      await hears(at('hooks/deep'));
    });

    it('says whether it watches anything new', async () => {
      rig.makeDirectory(at('conf'));
      expect(await source.watch([at('list')])).toBe('armed');
      expect(await source.watch([at('list'), at('second')])).toBe('unchanged');
      expect(await source.watch([at('list'), at('conf')])).toBe('armed');
      expect(await source.watch([at('list')])).toBe('unchanged');
    });

    it('forgets what is no longer asked for', async () => {
      rig.makeDirectory(at('conf'));
      await source.watch([at('list'), at('conf')]);
      await source.watch([at('list')]);
      rig.write(at('conf/new'));
      rig.write(at('list'));
      await hears(at('list'));
      expect([...told]).toEqual([at('list')]);
    });

    it('says nothing once it is closed', async () => {
      await source.watch([at('list')]);
      await source.close();
      rig.write(at('list'));
      await new Promise((resolve) => setImmediate(resolve));
      expect([...told]).toEqual([]);
    });
  });
}
