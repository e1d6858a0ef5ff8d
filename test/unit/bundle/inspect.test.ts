import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { describeFault, inspectBundle } from '../../../src/bundle/index.js';
import { privateDirectory, writeTiny } from '../../support/bundle-rig.js';

let directory: ReturnType<typeof privateDirectory>;

beforeEach(() => {
  directory = privateDirectory();
});
afterEach(() => directory.remove());

async function faultsOf(file: string): Promise<readonly string[]> {
  const view = await inspectBundle(file);
  return view.ok ? [] : view.error.map(describeFault);
}

describe('inspecting a bundle', () => {
  test('shows its metadata, members and packages', async () => {
    const view = await inspectBundle(await writeTiny(directory.path));
    if (!view.ok) throw new Error('the bundle was just made');
    expect(view.value.metainfo).toMatchObject({ name: 'tiny', hypervisor: 'openvz' });
    expect(view.value.packages).toEqual([{ name: 'less', version: '590-2', arch: 'amd64', source: 'less' }]);
    expect(view.value.signature).toEqual({ kind: 'absent' });
    expect(view.value.members.map((member) => member.path)).toEqual([
      'metainfo.json',
      'conf/config',
      'packages.json',
      'rootfs.tar.gz',
    ]);
  });

  test('says that a signature is there, whatever it is worth', async () => {
    const view = await inspectBundle(
      await writeTiny(directory.path, { sign: async () => Buffer.from('anything') }),
    );
    expect(view.ok && view.value.signature).toEqual({ kind: 'present' });
  });

  test('needs nothing of the rootfs but its header', async () => {
    const file = await writeTiny(directory.path, { compression: 'none' });
    // 10240 bytes of rootfs and 1024 of end.
    await truncate(file, (await readFile(file)).length - 10_240 - 1024);
    const view = await inspectBundle(file);
    expect(view.ok && view.value.members.at(-1)).toEqual({ path: 'rootfs.tar', size: 10_240 });
  });

  test('reports a file that is no bundle', async () => {
    const file = join(directory.path, 'x.bun');
    await writeFile(file, 'hello '.repeat(1000));
    expect(await faultsOf(file)).toEqual([expect.stringContaining('the archive is damaged')]);
    expect(await faultsOf(join(directory.path, 'none'))).toEqual([expect.stringContaining('ENOENT')]);
  });

  test('reports metadata that is cut off', async () => {
    const file = await writeTiny(directory.path);
    await truncate(file, 600);
    expect(await faultsOf(file)).toEqual([expect.stringContaining('the file ends within "metainfo.json"')]);
  });
});
