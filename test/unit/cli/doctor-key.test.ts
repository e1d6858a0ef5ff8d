import { describe, expect, test } from 'vitest';

import { checkSigningKey, parseSecretKeys } from '../../../src/cli/doctor/signing-key.js';
import type { ScriptedAnswer } from '../../support/scripted-runner.js';
import { scriptedMachine, WELL } from './doctor-rig.js';

const SIGNING = 'sec:u:255:22:C8574E7851175FFC:1795423200:::u:::scSC:::+::ed25519:::0:';

describe('the secret keys of gpg', () => {
  test('are none in an empty listing', () => {
    expect(parseSecretKeys('')).toEqual({ kind: 'none' });
  });

  test('are usable when one can sign', () => {
    expect(parseSecretKeys(SIGNING)).toEqual({ kind: 'usable', id: 'C8574E7851175FFC' });
  });

  test('are usable when a subkey signs for a primary key that is kept elsewhere', () => {
    const listing = [
      'sec:u:4096:1:AAAAAAAAAAAAAAAA:1600000000:::u:::cSC:::#:::23::0:',
      'uid:u::::1600000000::ABC::Somebody <s@example.org>::::::::::0:',
      'ssb:u:4096:1:BBBBBBBBBBBBBBBB:1600000000::::::s:::+:::23:',
    ];
    expect(parseSecretKeys(listing.join('\n'))).toEqual({ kind: 'usable', id: 'BBBBBBBBBBBBBBBB' });
  });

  test.each([
    ['expired', SIGNING.replace(':u:', ':e:')],
    ['revoked', SIGNING.replace(':u:', ':r:')],
    ['disabled', SIGNING.replace('scSC', 'scSCD')],
    ['not here', SIGNING.replace(':+:', ':#:')],
    ['for encryption only', SIGNING.replace('scSC', 'ecE')],
  ])('are unusable when the only one is %s', (_, listing) => {
    expect(parseSecretKeys(listing)).toEqual({ kind: 'unusable' });
  });

  test('are unusable when the primary key of a signing subkey has expired', () => {
    const subkey = 'ssb:u:255:22:BBBBBBBBBBBBBBBB:1600000000::::::s:::+::ed25519::';
    const listing = `${SIGNING.replace(':u:', ':e:')}\n${subkey}`;
    expect(parseSecretKeys(listing)).toEqual({ kind: 'unusable' });
  });
});

describe('the check of the signing key', () => {
  async function check(listing: ScriptedAnswer) {
    const script = { ...WELL, 'gpg --batch --list-secret-keys': listing };
    return checkSigningKey(await scriptedMachine({ script }));
  }

  test('never requires one', async () => {
    expect(await check({})).toMatchObject({ found: false, required: false });
  });

  test('has the command that makes one for this user and machine', async () => {
    const { mend } = await check({});
    const generate = ['--quick-generate-key', 'mkve on builder <root@builder>', 'ed25519', 'sign', 'never'];
    expect(mend).toEqual({
      kind: 'make-key',
      user: 'root@builder',
      argv: ['gpg', '--batch', '--passphrase', '', ...generate],
    });
  });

  test('makes none beside keys that cannot sign', async () => {
    const need = await check({ stdout: SIGNING.replace(':u:', ':e:') });
    expect(need).toMatchObject({ found: false, mend: { kind: 'advice' } });
  });

  test('makes none while gpg itself fails, and says what it said', async () => {
    const stderr = "gpg: Fatal: can't create directory '/home/x/.gnupg': Permission denied\n";
    const need = await check({ status: 2, stderr });
    expect(need).toMatchObject({ found: false, detail: stderr.trim(), mend: { kind: 'advice' } });
  });

  test('waits for gpg', async () => {
    expect(await check('not-found')).toMatchObject({ detail: 'not tried: it takes gpg first' });
  });
});
