import { mkdir } from 'node:fs/promises';

import { canonicalJson, type Digest } from '../../base/index.js';
import { type AptConfiguration, readDpkgStatus } from '../../packages/index.js';
import type { RootfsState, WorkerContext } from '../../rootfs/index.js';
import { byteString, displayName, resolvePath } from '../../tree/index.js';
import { MountedContents } from './mounted-contents.js';
import { namesInside, type Readable, readFileInside } from './read-file.js';

const STATUS = 'var/lib/dpkg/status';
const MOST_STATUS = 256 * 1024 * 1024;
const MOST_SETTING = 1024 * 1024;

/** dpkg's status of a state, and how its apt is configured where it has one. */
export async function packageDatabase(
  state: RootfsState,
  workspace: string,
  { store, trees }: WorkerContext,
): Promise<{ readonly status: Digest; readonly apt?: Digest }> {
  await mkdir(workspace);
  const contents = new MountedContents(state, workspace, store.layers);
  try {
    const readable = { objects: await trees.load(state), tree: state.tree, contents };
    const text = await readFileInside(readable, STATUS, MOST_STATUS);
    const status = await store.blobs.put(text ?? '');
    if (text === undefined || !isThere(readable, 'usr/bin/apt-get')) return { status };
    const configuration = await aptConfigurationOf(readable, text.toString('utf8'));
    return { status, apt: await store.blobs.put(canonicalJson(configuration as never)) };
  } finally {
    await contents.close();
  }
}

function isThere({ objects, tree }: Readable, path: string): boolean {
  const found = resolvePath(objects, tree, byteString(path));
  return found.ok && found.value.node?.type === 'file';
}

const KEY_DIRECTORIES = ['etc/apt/trusted.gpg.d', 'etc/apt/keyrings', 'usr/share/keyrings'];

/** sources.list(5) and apt-secure(8). */
async function aptConfigurationOf(readable: Readable, status: string): Promise<AptConfiguration> {
  const sources = [
    'etc/apt/sources.list',
    ...filesIn(readable, 'etc/apt/sources.list.d', /\.(list|sources)$/),
  ];
  const keys = KEY_DIRECTORIES.flatMap((directory) => filesIn(readable, directory, /\.(gpg|asc|pgp)$/));
  return {
    architecture: readDpkgStatus(status).find(({ name }) => name === 'dpkg')?.arch ?? 'unknown',
    sources: await textsOf(readable, sources),
    keys: await textsOf(readable, keys),
  };
}

function filesIn(readable: Readable, directory: string, form: RegExp): readonly string[] {
  return namesInside(readable, directory)
    .map(displayName)
    .filter((name) => form.test(name))
    .map((name) => `${directory}/${name}`);
}

async function textsOf(
  readable: Readable,
  paths: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const texts: Record<string, string> = {};
  for (const path of paths) {
    const bytes = await readFileInside(readable, path, MOST_SETTING);
    if (bytes !== undefined) texts[path] = bytes.toString('latin1');
  }
  return texts;
}
