import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { claimedIssuer } from '../../../src/bundle/index.js';
import { type Env, gpgRig, newKey, signWith } from '../../support/gpg-rig.js';

const rig = gpgRig();
let owner: Env;

beforeAll(async () => {
  owner = await rig.newHome('o');
  await newKey(owner, 'Ops <ops@example.org>');
});
afterAll(() => rig.remove());

describe('the claimed issuer', () => {
  test('is read without gpg', async () => {
    const signature = await signWith(owner);
    const outcome = await rig.check(signature, owner);
    if (outcome.kind !== 'good') throw new Error('the signature was just made');
    expect(claimedIssuer(signature)).toEqual({ keyId: outcome.keyId, fingerprint: outcome.fingerprint });
  });

  test('is unknown for anything else', async () => {
    const signature = (await signWith(owner)).toString();
    expect(claimedIssuer(Buffer.alloc(0))).toEqual({});
    expect(claimedIssuer(Buffer.from('hello'))).toEqual({});
    for (let cut = 0; cut < 60; cut++) {
      const body = signature.split('\n').slice(2, -2).join('').slice(0, cut);
      const text = `-----BEGIN PGP SIGNATURE-----\n\n${body}\n-----END PGP SIGNATURE-----\n`;
      expect(() => claimedIssuer(Buffer.from(text))).not.toThrow();
    }
  });
});
