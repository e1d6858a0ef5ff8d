import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

import { type Env, gpg } from '../../support/gpg-rig.js';

export interface Package {
  readonly name: string;
  readonly version: string;
  /** What its only file, `/usr/share/NAME`, holds. */
  readonly content: string;
}

/** An apt repository on the loopback, of which a test is the master. */
export interface Repository {
  readonly url: string;
  /** The public key that signs it. */
  readonly key: string;
  /** What was asked for since the last call. */
  requests(): readonly string[];
  /** Offers these packages, under a new signature. */
  publish(packages: readonly Package[]): Promise<void>;
  /** Changes a file that is served; nothing serves it no longer. */
  change(path: string, how: (bytes: Buffer) => Buffer | undefined): void;
  close(): void;
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** @param directory an empty one; @param keys a home of gpg with one secret key */
export async function openRepository(directory: string, keys: Env): Promise<Repository> {
  const files = new Map<string, Buffer>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? '').slice(1);
    const bytes = files.get(path);
    asked.push(path);
    response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const key = join(directory, 'key.gpg');
  mkdirSync(directory, { recursive: true });
  writeFileSync(key, await gpg(keys, '--export'));
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    key,
    requests: () => asked.splice(0),
    publish: async (packages) => {
      const stanzas = packages.map((one) => {
        const { name, bytes } = buildDeb(join(directory, 'work'), one);
        files.set(`pool/${name}`, bytes);
        return `${controlOf(one)}Filename: pool/${name}\nSize: ${bytes.length}\nSHA256: ${sha256(bytes)}\n`;
      });
      const index = Buffer.from(`${stanzas.join('\n')}\n`);
      const release = join(directory, 'Release');
      writeFileSync(release, releaseOf(index));
      files.set('dists/local/main/binary-amd64/Packages', index);
      files.set('dists/local/Release', readFileSync(release));
      files.set('dists/local/InRelease', await gpg(keys, '--output', '-', '--clearsign', release));
    },
    change: (path, how) => {
      const changed = how(Buffer.from(files.get(path) ?? ''));
      if (changed === undefined) files.delete(path);
      else files.set(path, changed);
    },
    close: () => server.close(),
  };
}

function controlOf({ name, version }: Package): string {
  return `Package: ${name}\nVersion: ${version}\nArchitecture: all\nMaintainer: nobody <nobody@example.org>\nDescription: test\n`;
}

function buildDeb(work: string, one: Package): { readonly name: string; readonly bytes: Buffer } {
  const name = `${one.name}_${one.version}_all.deb`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(join(work, 'tree/DEBIAN'), { recursive: true });
  mkdirSync(join(work, 'tree/usr/share'), { recursive: true });
  writeFileSync(join(work, 'tree/DEBIAN/control'), controlOf(one));
  writeFileSync(join(work, 'tree/usr/share', one.name), one.content);
  const argv = ['--build', '--root-owner-group', '-Znone', join(work, 'tree'), join(work, name)];
  execFileSync('dpkg-deb', argv, {
    stdio: 'pipe',
    env: { PATH: '/usr/bin:/bin', SOURCE_DATE_EPOCH: '1700000000' },
  });
  return { name, bytes: readFileSync(join(work, name)) };
}

let serial = 0;

/** `Serial` is no field that apt knows: it makes every Release another one, as a date would that has seconds only. */
function releaseOf(index: Buffer): string {
  return [
    ...['Origin: test', 'Suite: local', 'Codename: local', 'Architectures: amd64 all', 'Components: main'],
    `Date: ${new Date().toUTCString().replace('GMT', 'UTC')}`,
    `Serial: ${serial++}`,
    'SHA256:',
    ` ${sha256(index)} ${index.length} main/binary-amd64/Packages`,
    '',
  ].join('\n');
}
