import { readdir } from 'node:fs/promises';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type Env, gpgRig, newKey, signFailure, signWith, stopAgent } from '../../support/gpg-rig.js';

const rig = gpgRig();
let owner: Env;
let stranger: Env;

beforeAll(async () => {
  owner = await rig.newHome('o');
  stranger = await rig.newHome('s');
  await newKey(owner, 'Ops <ops@example.org>');
});
afterAll(() => rig.remove());

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

describe('signing', () => {
  test('makes an armoured signature by the default key that gpg finds good', async () => {
    const signature = await signWith(owner);
    expect(signature.toString()).toMatch(/^-----BEGIN PGP SIGNATURE-----\n/);
    expect(await rig.check(signature, owner)).toEqual({
      kind: 'good',
      keyId: expect.stringMatching(/^[0-9A-F]{16}$/),
      fingerprint: expect.stringMatching(/^[0-9A-F]{40}$/),
      user: 'Ops <ops@example.org>',
    });
    expect((await readdir(rig.path)).filter((name) => name.startsWith('mkve-gpg-'))).toEqual([]);
  });

  test('uses the key it is told', async () => {
    const env = await rig.newHome('two');
    await newKey(env, 'One <one@example.org>');
    await newKey(env, 'Two <two@example.org>');
    expect(await rig.check(await signWith(env, 'two@example.org'), env)).toMatchObject({
      user: 'Two <two@example.org>',
    });
  });

  test('without any secret key says how to make one', async () => {
    expect(await signFailure(stranger)).toEqual({
      kind: 'no-secret-key',
      detail: 'gpg has no secret key to sign with',
      hint: expect.stringContaining('gpg --quick-generate-key'),
    });
  });

  test('with a key that gpg does not have names it', async () => {
    expect(await signFailure(owner, 'nobody@example.org')).toMatchObject({
      kind: 'key-not-found',
      detail: "gpg has no secret key for 'nobody@example.org'",
    });
  });

  test('lets gpg-agent ask for the passphrase', async () => {
    const env = await rig.newHome('p', pinentrySaying('echo "D secret"; echo OK'));
    await newKey(env, 'Pass <pass@example.org>', 'secret');
    await stopAgent(env);
    expect(await rig.check(await signWith(env), env)).toMatchObject({ kind: 'good' });
  });

  test('says so when the user cancels the request for the passphrase', async () => {
    const env = await rig.newHome('c', pinentrySaying('echo "ERR 83886179 Operation cancelled <Pinentry>"'));
    await newKey(env, 'Pass <pass@example.org>', 'secret');
    await stopAgent(env);
    expect(await signFailure(env)).toEqual({
      kind: 'cancelled',
      detail: 'the request for the passphrase was cancelled',
    });
  });

  test('without gpg says so', async () => {
    expect(await signFailure({ PATH: rig.path })).toMatchObject({ kind: 'gpg-missing' });
  });
});
