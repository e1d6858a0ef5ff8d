import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { type Env, gpg } from './gpg-rig.js';

export interface Package {
  readonly name: string;
  readonly version: string;
  /** What its only file, `/usr/share/NAME`, holds. */
  readonly content: string;
  /** Default: `all`. */
  readonly arch?: string;
  /** Further fields of its control file, as `Depends`. */
  readonly control?: Readonly<Record<string, string>>;
  /** Fields that only the repository's index has otherwise. */
  readonly index?: Readonly<Record<string, string>>;
}

/**
 * How a file is served. `truncated`: half of it, then the connection ends. `reset`: nothing of it. `reset-once`: the same,
 * the first time. `slow`: a little at a time.
 */
export type Manner = 'whole' | 'truncated' | 'reset' | 'reset-once' | 'slow';

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
  /** Serves a file in this manner from now on. */
  serve(path: string, manner: Manner): void;
  close(): void;
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** @param directory an empty one; @param keys a home of gpg with one secret key */
export async function openRepository(directory: string, keys: Env): Promise<Repository> {
  const files = new Map<string, Buffer>();
  const manners = new Map<string, Manner>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? '').slice(1));
    const bytes = files.get(path);
    const manner = manners.get(path) ?? 'whole';
    asked.push(path);
    if (manner === 'reset-once') manners.delete(path);
    if (bytes === undefined) response.writeHead(404).end();
    else void serve(response, bytes, manner);
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
        return `${fieldsOf({ ...controlOf(one), ...one.index })}Filename: pool/${name}\nSize: ${bytes.length}\nSHA256: ${sha256(bytes)}\n`;
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
    serve: (path, manner) => {
      manners.set(path, manner);
    },
    close: () => server.close(),
  };
}

async function serve(response: ServerResponse, bytes: Buffer, manner: Manner): Promise<void> {
  if (manner.startsWith('reset')) {
    response.socket?.resetAndDestroy();
    return;
  }
  response.writeHead(200, { 'content-length': bytes.length });
  if (manner === 'truncated') {
    response.write(bytes.subarray(0, bytes.length >> 1), () => response.socket?.destroy());
    return;
  }
  const piece = manner === 'slow' ? Math.ceil(bytes.length / 16) : bytes.length;
  for (let at = 0; at < bytes.length; at += piece) {
    response.write(bytes.subarray(at, at + piece));
    if (manner === 'slow') await setTimeout(10);
  }
  response.end();
}

/** With one bit in its middle changed; twice gives the same again. */
export function flipped(bytes: Buffer): Buffer {
  const middle = bytes.length >> 1;
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
  return bytes;
}

function controlOf({ name, version, arch = 'all', control }: Package): Readonly<Record<string, string>> {
  return {
    ...{ Package: name, Version: version, Architecture: arch, ...control },
    ...{ Maintainer: 'nobody <nobody@example.org>', Description: 'test' },
  };
}

function fieldsOf(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');
}

function buildDeb(work: string, one: Package): { readonly name: string; readonly bytes: Buffer } {
  const name = `${one.name}_${one.version}_${one.arch ?? 'all'}.deb`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(join(work, 'tree/DEBIAN'), { recursive: true });
  mkdirSync(join(work, 'tree/usr/share'), { recursive: true });
  writeFileSync(join(work, 'tree/DEBIAN/control'), fieldsOf(controlOf(one)));
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
