import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { digestOf, type Result } from '../../../src/base/index.js';
import type { LocalPackage } from '../../../src/graph/index.js';
import type { PackageBox } from '../../../src/packages/index.js';

/** A package system and a repository of it. */
export interface PackageBoxRig {
  /** Makes a repository with these packages in a directory: `app` needs `lib`, `app` and `rival` conflict. */
  publish(directory: string, versions: { readonly app: string }): void;
  /** Builds a package of one's own, called `app`, and returns its file. */
  own(directory: string, version: string): string;
  /** The version as the package system has it. */
  version(written: string): string;
  open(request: {
    readonly repository: string;
    readonly directory: string;
    readonly local: readonly LocalPackage[];
  }): Promise<Result<PackageBox, unknown>>;
}

/** What every PackageBox promises. */
export function packageBoxContract(system: string, rig: PackageBoxRig): void {
  describe(`PackageBox (${system})`, () => {
    let top: string;
    let repository: string;
    beforeAll(() => {
      // A name that package tools quote and escape in their own ways.
      top = mkdtempSync(join(tmpdir(), 'mkve box_%-'));
      repository = join(mkdtempSync(join(tmpdir(), 'mkve-repository-')), 'r');
      rig.publish(repository, { app: '1.0' });
    });
    afterAll(() => {
      for (const path of [top, join(repository, '..')]) rmSync(path, { recursive: true, force: true });
    });
    let isChanged = false;
    const change = (how: () => void) => {
      isChanged = true;
      how();
    };
    afterEach(() => {
      if (isChanged) rig.publish(repository, { app: '1.0' });
      isChanged = false;
    });

    const openIn = async (directory: string, local: readonly LocalPackage[] = []): Promise<PackageBox> => {
      const box = await rig.open({ repository, directory, local });
      if (!box.ok) throw new Error(JSON.stringify(box.error));
      return box.value;
    };
    const open = (local?: readonly LocalPackage[]) => openIn(mkdtempSync(join(top, 'b')), local);
    const updated = async () => {
      const box = await open();
      expect(await box.update(() => undefined)).toMatchObject({ ok: true });
      return box;
    };
    const namesAndVersions = async (box: PackageBox, ...names: readonly string[]) => {
      const found = await box.resolve(names);
      if (!found.ok) throw new Error(JSON.stringify(found.error));
      return found.value.map(({ name, version }) => `${name} ${version}`).sort();
    };
    /** Another box with the same lists, as a later step gets it. */
    const withListsOf = async (box: PackageBox, local: readonly LocalPackage[] = []) => {
      const other = await open(local);
      cpSync(box.lists, other.lists, { recursive: true });
      return other;
    };
    const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

    it('tells which files its lists are, and they are all that resolving takes', async () => {
      const box = await open();
      const lists = await box.update(() => undefined);
      if (!lists.ok) throw new Error(JSON.stringify(lists.error));
      expect(lists.value.length).toBeGreaterThan(0);
      const other = await open();
      for (const { name, path } of lists.value) cpSync(path, join(other.lists, name));
      renameSync(repository, `${repository}-gone`);
      try {
        expect(await namesAndVersions(other, 'app')).toEqual([
          `app ${rig.version('1.0')}`,
          `lib ${rig.version('1.0')}`,
        ]);
      } finally {
        renameSync(`${repository}-gone`, repository);
      }
    });

    it('resolves names to exact packages, and downloads those and no others', async () => {
      const box = await updated();
      const found = await box.resolve(['app']);
      if (!found.ok) throw new Error(JSON.stringify(found.error));
      expect(await box.download(found.value, () => undefined)).toMatchObject({ ok: true });
      const files = found.value.map(({ file }) => file).sort();
      expect(files).toHaveLength(2);
      expect(readdirSync(box.archives)).toEqual(expect.arrayContaining(files));
      for (const { file, sha256: expected, size } of found.value) {
        expect(sha256(join(box.archives, file))).toBe(expected);
        expect(readFileSync(join(box.archives, file))).toHaveLength(size);
      }
    });

    it('names what no package has or provides', async () => {
      const box = await updated();
      const found = await box.lacking(['app', 'ap', 'feature', 'lib', 'nothing-of-the-kind']);
      expect(found).toEqual({ ok: true, value: ['ap', 'nothing-of-the-kind'] });
    });

    it('downloads without any list, from where a package was seen, and names what is gone', async () => {
      const found = await (await updated()).resolve(['app']);
      if (!found.ok) throw new Error(JSON.stringify(found.error));
      const box = await open();
      expect(await box.download(found.value, () => undefined)).toMatchObject({ ok: true });
      for (const { file, sha256: expected } of found.value)
        expect(sha256(join(box.archives, file))).toBe(expected);
      change(() => rig.publish(repository, { app: '2.0' }));
      const other = await open();
      const downloaded = await other.download(found.value, () => undefined);
      expect(downloaded).toMatchObject({ ok: false });
      expect(JSON.stringify(downloaded)).toContain('app');
    });

    it('holds packages against newer versions, also when only the older lists have them', async () => {
      const before = await updated();
      const found = await before.resolve(['app']);
      if (!found.ok) throw new Error(JSON.stringify(found.error));
      const held = found.value.map(({ file: _, uri, ...exact }) => ({ ...exact, origin: uri }));
      change(() => rig.publish(repository, { app: '2.0' }));
      const box = await updated();
      await box.hold(held, before.lists);
      expect(await namesAndVersions(box, 'app')).toContain(`app ${rig.version('1.0')}`);
      const free = await updated();
      await free.hold(
        held.filter(({ name }) => name !== 'app'),
        before.lists,
      );
      expect(await namesAndVersions(free, 'app')).toContain(`app ${rig.version('2.0')}`);
    });

    it('stays with its lists when the repository moves on', async () => {
      const box = await updated();
      change(() => rig.publish(repository, { app: '2.0' }));
      expect(await namesAndVersions(await withListsOf(box), 'app')).toContain(`app ${rig.version('1.0')}`);
      expect(await namesAndVersions(await updated(), 'app')).toContain(`app ${rig.version('2.0')}`);
    });

    it('names every package that there is none of', async () => {
      const box = await updated();
      expect(await box.resolve(['app', 'no-such', 'nor-this'])).toMatchObject({
        ok: false,
        error: { kind: 'package-not-found', packages: ['no-such', 'nor-this'] },
      });
    });

    it('says so when packages exclude each other', async () => {
      const box = await updated();
      expect(await box.resolve(['app', 'rival'])).toMatchObject({
        ok: false,
        error: { kind: 'packages-conflicted', detail: expect.stringContaining('rival') },
      });
    });

    it('does not take a changed file for the package it was', async () => {
      const box = await updated();
      const found = await box.resolve(['lib']);
      if (!found.ok) throw new Error(JSON.stringify(found.error));
      const [lib] = found.value;
      const file = readdirSync(repository).find((name) => /^lib[-_].*\.(deb|rpm)$/.test(name)) ?? '';
      const bytes = readFileSync(join(repository, file));
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
      change(() => writeFileSync(join(repository, file), bytes));
      const downloaded = await box.download(found.value, () => undefined);
      const isThere = readdirSync(box.archives).includes(lib?.file ?? '');
      expect(downloaded.ok && isThere && sha256(join(box.archives, lib?.file ?? '')) === lib?.sha256).toBe(
        false,
      );
    });

    it("prefers one's own packages, and keeps their place to itself", async () => {
      const lists = await updated();
      const file = rig.own(mkdtempSync(join(repository, '../own-')), '0.5');
      const bytes = readFileSync(file);
      const own: LocalPackage = { file, digest: digestOf(bytes), size: bytes.length };
      const box = await withListsOf(lists, [own]);
      const found = await box.resolve(['app']);
      if (!found.ok) throw new Error(JSON.stringify(found.error));
      const app = found.value.find(({ name }) => name === 'app');
      expect(app).toMatchObject({ version: rig.version('0.5'), uri: `local:${app?.file}` });
      expect(found.value.map(({ name }) => name).sort()).toEqual(['app', 'lib']);
      expect(JSON.stringify(found.value)).not.toContain(top);
      expect(app?.sha256).toBe(sha256(file));
    });

    it("takes one's own packages only as they were", async () => {
      const file = rig.own(mkdtempSync(join(repository, '../own-')), '0.6');
      const local = [{ file, digest: digestOf('something else'), size: 14 }];
      const directory = mkdtempSync(join(top, 'b'));
      expect(await rig.open({ repository, directory, local })).toMatchObject({
        ok: false,
        error: { kind: 'input-changed', file },
      });
    });

    it('names a repository that cannot be had', async () => {
      const box = await open();
      change(() => rmSync(repository, { recursive: true }));
      const lists = await box.update(() => undefined);
      expect(lists).toMatchObject({ ok: false });
      expect(JSON.stringify(lists)).toContain(repository);
    });
  });
}
