import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { digestOf, err, ok, type Result } from '../base/index.js';
import type { Keyring, RootfsSource } from '../graph/index.js';
import { type AptConfiguration, type GivenApt, repositoriesOf } from '../packages/index.js';
import type { Failure } from '../report/index.js';
import type { Outputs } from '../store/index.js';
import type { ActionDeps } from './kind.js';
import { aptConfiguration } from './outputs.js';

/**
 * What the host's apt needs to work on the repositories of a root file system that has an apt of its own: its key
 * files are put where they can be read, and none of the host's counts.
 */
export async function givenApt(
  base: Outputs,
  { source, directory }: { readonly source: RootfsSource; readonly directory: string },
  { store }: ActionDeps,
): Promise<Result<GivenApt, Failure>> {
  const unable = (detail: string): Failure => ({ kind: 'backend-unable', backend: 'rootfs', detail });
  const blob = aptConfiguration(base);
  if (blob === undefined)
    return err(unable(`no packages can be installed, because ${source.name} has no apt`));
  const bytes = await store.blobs.get(blob);
  if (bytes === undefined)
    return err({ kind: 'store-damaged', detail: "the configuration of the base's apt is gone" });
  const configuration = JSON.parse(bytes.toString('utf8')) as AptConfiguration;
  if (configuration.architecture !== source.architecture) {
    const detail = `${source.name} is of architecture ${configuration.architecture}, not ${source.architecture}`;
    return err(unable(detail));
  }
  const trusted = join(directory, 'trusted');
  const named = join(directory, 'keys');
  for (const path of [trusted, named]) await mkdir(path);
  const keys = new Map<string, Keyring>();
  for (const [path, text] of Object.entries(configuration.keys)) {
    const content = Buffer.from(text, 'latin1');
    const name = path.replace(/^.*\//, '');
    if (path.startsWith(TRUSTED)) await writeFile(join(trusted, name), content);
    const file = join(named, `${keys.size}-${name}`);
    await writeFile(file, content);
    keys.set(path, { file, digest: digestOf(content) });
  }
  const told = repositoriesOf(configuration);
  const lacking = told.flatMap(({ signedBy }) => signedBy).find((path) => !keys.has(path.slice(1)));
  // Without its own key a repository would be believed on the word of any other.
  if (lacking !== undefined)
    return err(unable(`the apt of ${source.name} names the key ${lacking}, which is not there`));
  const repositories = told.map(({ signedBy, ...repository }) => ({
    ...repository,
    keyrings: signedBy.flatMap((path) => keys.get(path.slice(1)) ?? []),
  }));
  if (repositories.length === 0 && source.repositories === undefined)
    return err(
      unable(`the apt of ${source.name} knows no repository: name some in rootfs({ mirrors: [URL] })`),
    );
  return ok({ repositories, trusted });
}

const TRUSTED = 'etc/apt/trusted.gpg.d/';
