import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import {
  checkSignature,
  claimedIssuer,
  describeFault,
  sign,
  verifyBundle,
} from '../../../src/bundle/index.js';
import { writeTiny } from '../../support/bundle-rig.js';
import { type Env, gpg, gpgRig, newKey, SIGNED_BYTES, signFailure, signWith } from '../../support/gpg-rig.js';
import { spawnRunner } from '../../support/spawn-runner.js';

const rig = gpgRig();
let owner: Env;
let stranger: Env;

beforeAll(async () => {
  owner = await rig.newHome('o');
  stranger = await rig.newHome('s');
  await newKey(owner, 'Ops <ops@example.org>');
});
afterAll(() => rig.remove());

describe('checking a signature', () => {
  test('finds changed bytes', async () => {
    const outcome = await rig.check(await signWith(owner), owner, Buffer.from('other'));
    expect(outcome).toMatchObject({ kind: 'bad', user: 'Ops <ops@example.org>' });
  });

  test('names the key that the keyring lacks', async () => {
    const signature = await signWith(owner);
    const { fingerprint } = claimedIssuer(signature);
    expect(await rig.check(signature, stranger)).toMatchObject({ kind: 'unknown-key', fingerprint });
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['something else', Buffer.from('hello\n')],
  ])('finds %s unreadable', async (_, signature) => {
    expect(await rig.check(signature, owner)).toMatchObject({ kind: 'unreadable' });
  });

  test('does not take a signed message for a detached signature', async () => {
    const file = join(rig.path, 'message');
    await writeFile(file, SIGNED_BYTES);
    const message = await gpg(owner, '--output', '-', '--clearsign', file);
    expect((await rig.check(message, owner)).kind).not.toBe('good');
  });

  test('finds a signature by an expired key', async () => {
    const env = await rig.newHome('x');
    const past = '20200101T000000';
    await gpg(
      env,
      '--faked-system-time',
      past,
      '--passphrase',
      '',
      '--quick-generate-key',
      'Old <old@example.org>',
      'ed25519',
      'sign',
      '1d',
    );
    const file = join(rig.path, 'old');
    await writeFile(file, SIGNED_BYTES);
    const signature = await gpg(
      env,
      '--faked-system-time',
      past,
      '--armor',
      '--output',
      '-',
      '--detach-sign',
      file,
    );
    expect(await rig.check(signature, env)).toMatchObject({
      kind: 'expired-key',
      user: 'Old <old@example.org>',
    });
    expect(await signFailure(env, 'old@example.org')).toMatchObject({ kind: 'key-unusable' });
  });

  test('finds a signature by a revoked key', async () => {
    const env = await rig.newHome('r');
    await newKey(env, 'Gone <gone@example.org>');
    const signature = await signWith(env);
    const fingerprint = claimedIssuer(signature).fingerprint ?? '';
    const certificate = join(rig.path, 'r', 'openpgp-revocs.d', `${fingerprint}.rev`);
    // gpg writes a colon before the first dashes, so that nobody imports it by accident.
    await writeFile(certificate, (await readFile(certificate, 'utf8')).replace(':-----BEGIN', '-----BEGIN'));
    await gpg(env, '--import', certificate);
    expect(await rig.check(signature, env)).toMatchObject({ kind: 'revoked-key' });
  });

  test('takes the worst of several signatures', async () => {
    const other = await sign({ runner: spawnRunner, env: owner, bytes: Buffer.from('other') });
    if (!other.ok) throw new Error(other.error.detail);
    const outcome = await rig.check(Buffer.concat([await signWith(owner), other.value]), owner);
    expect(outcome.kind).not.toBe('good');
  });

  test('without gpg says so', async () => {
    expect(await rig.check(Buffer.alloc(0), { PATH: rig.path })).toEqual({ kind: 'gpg-missing' });
  });
});

test('a bundle signed by gpg verifies, and for a stranger to the key it does not', async () => {
  const file = await writeTiny(rig.path, {
    sign: async (bytes) => {
      const made = await sign({ runner: spawnRunner, env: owner, bytes });
      if (!made.ok) throw new Error(made.error.detail);
      return made.value;
    },
  });
  const verifyAs = (env: Record<string, string>) =>
    verifyBundle({
      file,
      checkSignature: (bytes, signature) =>
        checkSignature({ runner: spawnRunner, env, tempDir: rig.path, bytes, signature }),
      runner: spawnRunner,
      env,
      unsigned: 'refused',
    });
  expect((await verifyAs(owner)).faults).toEqual([]);
  expect((await verifyAs(stranger)).faults.map(describeFault)).toEqual([
    expect.stringMatching(
      /^the signature cannot be checked: import the public key [0-9A-F]{40} with gpg --import$/,
    ),
  ]);
});
