import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import {
  checkSignature,
  claimedIssuer,
  describeFault,
  describeSignature,
  type SignatureOutcome,
  sign,
  verifyBundle,
} from '../../../src/bundle/index.js';
import { privateDirectory, TOOLS_ENV, writeTiny } from '../../support/bundle-rig.js';
import { spawnRunner } from '../../support/spawn-runner.js';

const BYTES = Buffer.from('{"what":"is signed"}\n');

// gpg-agent's socket stands in the home, and a socket's path holds 107 bytes (unix(7)); the rig's paths are short.
const directory = privateDirectory();
const homes: string[] = [];

async function newHome(name: string, pinentry?: string): Promise<Record<string, string>> {
  const home = join(directory.path, name);
  await mkdir(home, { mode: 0o700 });
  homes.push(home);
  if (pinentry !== undefined) {
    const program = join(home, 'pinentry');
    await writeFile(program, pinentry, { mode: 0o755 });
    await writeFile(join(home, 'gpg-agent.conf'), `pinentry-program ${program}\n`);
  }
  return { ...TOOLS_ENV, GNUPGHOME: home };
}

async function gpg(env: Record<string, string>, ...args: readonly string[]): Promise<Buffer> {
  const outcome = await spawnRunner.run({ argv: ['gpg', '--batch', '--quiet', ...args], env });
  if (outcome.kind !== 'exited' || outcome.status !== 0) throw new Error(`gpg ${args.join(' ')} failed`);
  return outcome.stdout;
}

function newKey(env: Record<string, string>, user: string, passphrase = ''): Promise<Buffer> {
  return gpg(env, '--passphrase', passphrase, '--quick-generate-key', user, 'ed25519', 'sign', 'never');
}

/** Assuan, as far as a pinentry needs it: answers GETPIN with this line. */
function pinentrySaying(answer: string): string {
  return `#!/bin/sh
echo OK
while read -r line; do
  case "$line" in
    GETPIN) ${answer} ;;
    BYE) echo OK; exit ;;
    *) echo OK ;;
  esac
done
`;
}

let owner: Record<string, string>;
let stranger: Record<string, string>;

beforeAll(async () => {
  owner = await newHome('o');
  stranger = await newHome('s');
  await newKey(owner, 'Ops <ops@example.org>');
});

afterAll(async () => {
  for (const home of homes) {
    await spawnRunner.run({ argv: ['gpgconf', '--kill', 'all'], env: { ...TOOLS_ENV, GNUPGHOME: home } });
  }
  await directory.remove();
});

async function signed(env = owner, key?: string): Promise<Buffer> {
  const made = await sign({ runner: spawnRunner, env, bytes: BYTES, ...(key === undefined ? {} : { key }) });
  if (!made.ok) throw new Error(made.error.detail);
  return made.value;
}

async function failureOf(env: Record<string, string>, key?: string) {
  const made = await sign({ runner: spawnRunner, env, bytes: BYTES, ...(key === undefined ? {} : { key }) });
  return made.ok ? undefined : made.error;
}

async function check(
  signature: Uint8Array,
  { env = owner, bytes = BYTES }: { env?: Record<string, string>; bytes?: Buffer } = {},
): Promise<SignatureOutcome> {
  const outcome = await checkSignature({
    runner: spawnRunner,
    env,
    tempDir: directory.path,
    bytes,
    signature,
  });
  expect(describeSignature(outcome)).not.toBe('');
  return outcome;
}

describe('signing', () => {
  test('makes an armoured signature by the default key that gpg finds good', async () => {
    const signature = await signed();
    expect(signature.toString()).toMatch(/^-----BEGIN PGP SIGNATURE-----\n/);
    expect(await check(signature)).toEqual({
      kind: 'good',
      keyId: expect.stringMatching(/^[0-9A-F]{16}$/),
      fingerprint: expect.stringMatching(/^[0-9A-F]{40}$/),
      user: 'Ops <ops@example.org>',
    });
    expect((await readdir(directory.path)).filter((name) => name.startsWith('mkve-gpg-'))).toEqual([]);
  });

  test('uses the key it is told', async () => {
    const env = await newHome('two');
    await newKey(env, 'One <one@example.org>');
    await newKey(env, 'Two <two@example.org>');
    expect(await check(await signed(env, 'two@example.org'), { env })).toMatchObject({
      user: 'Two <two@example.org>',
    });
  });

  test('without any secret key says how to make one', async () => {
    expect(await failureOf(stranger)).toEqual({
      kind: 'no-secret-key',
      detail: 'gpg has no secret key to sign with',
      hint: expect.stringContaining('gpg --quick-generate-key'),
    });
  });

  test('with a key that gpg does not have names it', async () => {
    expect(await failureOf(owner, 'nobody@example.org')).toMatchObject({
      kind: 'key-not-found',
      detail: "gpg has no secret key for 'nobody@example.org'",
    });
  });

  test('lets gpg-agent ask for the passphrase', async () => {
    const env = await newHome('p', pinentrySaying('echo "D secret"; echo OK'));
    await newKey(env, 'Pass <pass@example.org>', 'secret');
    await spawnRunner.run({ argv: ['gpgconf', '--kill', 'gpg-agent'], env });
    expect(await check(await signed(env), { env })).toMatchObject({ kind: 'good' });
  });

  test('says so when the user cancels the request for the passphrase', async () => {
    const env = await newHome('c', pinentrySaying('echo "ERR 83886179 Operation cancelled <Pinentry>"'));
    await newKey(env, 'Pass <pass@example.org>', 'secret');
    await spawnRunner.run({ argv: ['gpgconf', '--kill', 'gpg-agent'], env });
    expect(await failureOf(env)).toEqual({
      kind: 'cancelled',
      detail: 'the request for the passphrase was cancelled',
    });
  });

  test('without gpg says so', async () => {
    expect(await failureOf({ PATH: directory.path })).toMatchObject({ kind: 'gpg-missing' });
  });
});

describe('checking a signature', () => {
  test('finds changed bytes', async () => {
    const outcome = await check(await signed(), { bytes: Buffer.from('other') });
    expect(outcome).toMatchObject({ kind: 'bad', user: 'Ops <ops@example.org>' });
  });

  test('names the key that the keyring lacks', async () => {
    const signature = await signed();
    const { fingerprint } = claimedIssuer(signature);
    expect(await check(signature, { env: stranger })).toMatchObject({ kind: 'unknown-key', fingerprint });
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['something else', Buffer.from('hello\n')],
  ])('finds %s unreadable', async (_, signature) => {
    expect(await check(signature)).toMatchObject({ kind: 'unreadable' });
  });

  test('does not take a signed message for a detached signature', async () => {
    const file = join(directory.path, 'message');
    await writeFile(file, BYTES);
    const message = await gpg(owner, '--output', '-', '--clearsign', file);
    expect((await check(message)).kind).not.toBe('good');
  });

  test('finds a signature by an expired key', async () => {
    const env = await newHome('x');
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
    const file = join(directory.path, 'old');
    await writeFile(file, BYTES);
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
    expect(await check(signature, { env })).toMatchObject({
      kind: 'expired-key',
      user: 'Old <old@example.org>',
    });
    expect(await failureOf(env, 'old@example.org')).toMatchObject({ kind: 'key-unusable' });
  });

  test('finds a signature by a revoked key', async () => {
    const env = await newHome('r');
    await newKey(env, 'Gone <gone@example.org>');
    const signature = await signed(env);
    const fingerprint = claimedIssuer(signature).fingerprint ?? '';
    const certificate = join(directory.path, 'r', 'openpgp-revocs.d', `${fingerprint}.rev`);
    // gpg writes a colon before the first dashes, so that nobody imports it by accident.
    await writeFile(certificate, (await readFile(certificate, 'utf8')).replace(':-----BEGIN', '-----BEGIN'));
    await gpg(env, '--import', certificate);
    expect(await check(signature, { env })).toMatchObject({ kind: 'revoked-key' });
  });

  test('takes the worst of several signatures', async () => {
    const other = await sign({ runner: spawnRunner, env: owner, bytes: Buffer.from('other') });
    if (!other.ok) throw new Error(other.error.detail);
    const outcome = await check(Buffer.concat([await signed(), other.value]));
    expect(outcome.kind).not.toBe('good');
  });

  test('without gpg says so', async () => {
    expect(await check(Buffer.alloc(0), { env: { PATH: directory.path } })).toEqual({ kind: 'gpg-missing' });
  });
});

test('a bundle signed by gpg verifies, and for a stranger to the key it does not', async () => {
  const file = await writeTiny(directory.path, {
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
        checkSignature({ runner: spawnRunner, env, tempDir: directory.path, bytes, signature }),
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

describe('the claimed issuer', () => {
  test('is read without gpg', async () => {
    const signature = await signed();
    const outcome = await check(signature);
    if (outcome.kind !== 'good') throw new Error('the signature was just made');
    expect(claimedIssuer(signature)).toEqual({ keyId: outcome.keyId, fingerprint: outcome.fingerprint });
  });

  test('is unknown for anything else', async () => {
    const signature = (await signed()).toString();
    expect(claimedIssuer(Buffer.alloc(0))).toEqual({});
    expect(claimedIssuer(Buffer.from('hello'))).toEqual({});
    for (let cut = 0; cut < 60; cut++) {
      const body = signature.split('\n').slice(2, -2).join('').slice(0, cut);
      const text = `-----BEGIN PGP SIGNATURE-----\n\n${body}\n-----END PGP SIGNATURE-----\n`;
      expect(() => claimedIssuer(Buffer.from(text))).not.toThrow();
    }
  });
});
