import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { SIGNATURE_PATH } from '../../src/bundle/index.js';
import { memberOf } from '../support/bundle-rig.js';
import { type Env, gpg, gpgRig, newKey } from '../support/gpg-rig.js';
import { asBlocks, joined, piecesOf } from '../support/hostile/bundles.js';
import { cellOf, statusOf, tableOf } from '../support/hostile/corpus.js';
import { expectCivil, groundIn, runHostile } from '../support/hostile/run.js';
import { END } from '../support/hostile/tar-blocks.js';
import { type Installation, installMkve } from '../support/installation.js';

const ROWS = tableOf('signatures');
const PAST = '20200101T000000';

const rig = gpgRig();
let mkve: Installation;
let own: Env;
let stranger: Env;
let metainfo: Buffer;
beforeAll(async () => {
  mkve = installMkve();
  own = await rig.newHome('o');
  stranger = await rig.newHome('s');
  await newKey(own, 'Ops <ops@example.org>');
  await newKey(stranger, 'Stranger <stranger@example.org>');
  const old = ['--faked-system-time', PAST, '--passphrase', ''];
  await gpg(own, ...old, '--quick-generate-key', 'Old <old@example.org>', 'ed25519', 'sign', '1d');
  const block = (await piecesOf()).metainfo;
  metainfo = block.subarray(512, block.indexOf(0x0a, 512) + 1);
});
afterAll(async () => {
  mkve.remove();
  await rig.remove();
});

function signed(bytes: Buffer | string, env: Env, ...options: readonly string[]): Promise<Buffer> {
  const file = join(rig.path, 'signed');
  writeFileSync(file, bytes);
  rmSync(`${file}.asc`, { force: true });
  return gpg(env, '--armor', '--output', '-', ...options, '--detach-sign', file);
}

const BY_OPS = ['--local-user', 'ops@example.org'] as const;
const MAKERS: Readonly<Record<string, () => Promise<Buffer | undefined>>> = {
  good: () => signed(metainfo, own, ...BY_OPS),
  absent: async () => undefined,
  empty: async () => Buffer.alloc(0),
  noise: async () => Buffer.from('\u001b[2Jgood\u0000'.repeat(100)),
  'unknown-key': () => signed(metainfo, stranger),
  'expired-key': () => signed(metainfo, own, '--faked-system-time', PAST, '--local-user', 'old@example.org'),
  'other-data': () => signed('{"format":1}\n', own, ...BY_OPS),
  cut: async () => (await signed(metainfo, own, ...BY_OPS)).subarray(0, 90),
  'two-one-of-a-stranger': async () =>
    Buffer.concat([await signed(metainfo, own, ...BY_OPS), await signed(metainfo, stranger)]),
  'public-key': () => gpg(own, '--armor', '--export', 'ops@example.org'),
  'two-mib': async () => Buffer.alloc(2 * 1024 * 1024, 'x'),
};

describe(`the ${ROWS.length} signatures`, { timeout: 120_000 }, () => {
  it('are those that the README names', () => {
    expect(ROWS.map((row) => cellOf(row, 'case')).sort()).toEqual(Object.keys(MAKERS).sort());
  });

  it.each(ROWS.map((row) => [cellOf(row, 'case'), row] as const))('%s', async (name, row) => {
    const ground = groundIn(join(rig.path, 'ground'));
    const signature = await MAKERS[name]?.();
    const pieces = await piecesOf();
    const members = [pieces.metainfo, pieces.conf, pieces.packages, pieces.rootfs, END];
    if (signature !== undefined) members.splice(1, 0, asBlocks(memberOf(SIGNATURE_PATH, signature)));
    writeFileSync(
      join(ground.here, 'case.bun'),
      signature === undefined ? joined(pieces) : Buffer.concat(members),
    );
    const ended = await runHostile([...mkve.program('mkve'), 'verify', 'case.bun'], ground, {
      GNUPGHOME: own['GNUPGHOME'] ?? '',
    });
    expectCivil(ended, { status: statusOf(row, 'verify'), says: cellOf(row, 'says') });
  });
});
