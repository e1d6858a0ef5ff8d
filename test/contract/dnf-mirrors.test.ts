import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';

import { ExecaCommandRunner } from '../../src/actions/command-runner.js';
import type { DnfRepository } from '../../src/graph/index.js';
import { type PackageBox, repositoryBackendOf } from '../../src/packages/index.js';
import { buildRpms, indexRpms } from '../support/rpm-repository.js';

/** The real dnf with a list of mirrors instead of one address: a metalink, which has digests, and a plain list. */
let top: string;
let server: Server;
let origin: string;
/** Paths that were asked for. */
let asked: string[] = [];

beforeAll(async () => {
  top = mkdtempSync(join(tmpdir(), 'mkve-mirrors-'));
  buildRpms(top, [{ name: 'app', version: '1.0', install: 'true', files: [] }]);
  indexRpms(top);
  server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const file = path.startsWith('/good/') ? join(top, path.slice('/good'.length)) : join(top, path);
    if (path.startsWith('/gone/') || !existsSync(file) || !statSync(file).isFile())
      response.writeHead(404).end();
    else response.end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}, 60_000);
afterAll(() => {
  server.close();
  rmSync(top, { recursive: true, force: true });
});
afterEach(() => {
  asked = [];
});

const MIRRORS = ['gone', 'good'];

/** As mirror managers write it: RFC 5854 is a later format, and not the one of rpm's world. */
function metalink(of: Buffer): string {
  const sha256 = createHash('sha256').update(of).digest('hex');
  const urls = MIRRORS.map(
    (name, index) =>
      `<url protocol="http" type="http" location="AA" preference="${100 - index}">${origin}/${name}/repodata/repomd.xml</url>`,
  );
  return `<?xml version="1.0" encoding="utf-8"?>
<metalink version="3.0" xmlns="http://www.metalinker.org/">
 <files><file name="repomd.xml">
  <size>${of.length}</size>
  <verification><hash type="sha256">${sha256}</hash></verification>
  <resources maxconnections="1">${urls.join('')}</resources>
 </file></files>
</metalink>
`;
}

async function open(repository: Pick<DnfRepository, 'url' | 'by'>): Promise<PackageBox> {
  const source = {
    backend: 'dnf',
    release: '1',
    architecture: 'x86_64',
    repositories: [{ id: 'test', keyrings: [], ...repository }],
    base: ['app'],
    recommends: false,
    database: '/usr/lib/sysimage/rpm',
  } as const;
  const box = await repositoryBackendOf(source).openBox(source, {
    runner: new ExecaCommandRunner(),
    output: () => undefined,
    signal: new AbortController().signal,
    paths: {
      directory: mkdtempSync(join(top, 'box-')),
      environment: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/nonexistent' },
    },
  });
  if (!box.ok) throw new Error(JSON.stringify(box.error));
  return box.value;
}

it.each([['metalink'], ['mirrorlist']] as const)(
  'a %s leads to the mirror that works, for metadata and for packages',
  async (by) => {
    const list = MIRRORS.map((name) => `${origin}/${name}/\n`).join('');
    writeFileSync(
      join(top, by),
      by === 'metalink' ? metalink(readFileSync(join(top, 'repodata/repomd.xml'))) : list,
    );
    const box = await open({ by, url: `${origin}/${by}` });
    const lists = await box.update(() => undefined);
    if (!lists.ok) throw new Error(JSON.stringify(lists.error));
    expect(lists.value.map(({ name }) => name)).toContainEqual(expect.stringMatching(new RegExp(`/${by}`)));
    const found = await box.resolve(['app']);
    if (!found.ok) throw new Error(JSON.stringify(found.error));
    expect(await box.download(found.value, () => undefined)).toEqual({ ok: true, value: undefined });
    const [app] = found.value;
    expect(
      createHash('sha256')
        .update(readFileSync(join(box.archives, app?.file ?? '')))
        .digest('hex'),
    ).toBe(app?.sha256);
    expect(asked).toContain(`/good/${app?.file}`);
  },
  60_000,
);

it('a metalink that vouches for other metadata than the mirrors have is refused', async () => {
  writeFileSync(join(top, 'metalink'), metalink(Buffer.from('<repomd/>')));
  const box = await open({ by: 'metalink', url: `${origin}/metalink` });
  expect(await box.update(() => undefined)).toMatchObject({
    ok: false,
    error: { kind: 'mirror-unreachable', urls: [`${origin}/metalink`] },
  });
}, 60_000);
