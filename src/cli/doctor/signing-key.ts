import { ask, firstLine, type Machine } from './machine.js';
import type { Mend, Need } from './need.js';

/** What gpg has to sign with. */
export type SecretKeys =
  | { readonly kind: 'none' }
  /** There are keys, but expired, revoked, disabled, kept elsewhere, or not for signing. */
  | { readonly kind: 'unusable' }
  /** `id`: 16 hexadecimal digits. */
  | { readonly kind: 'usable'; readonly id: string };

/** Unsigned bundles can be built without any. */
export async function checkSigningKey(machine: Machine): Promise<Need> {
  const need = {
    name: 'signing key',
    kind: 'key',
    why: 'signs bundles; without one build with --force-no-sign or sign: false',
    required: false,
    found: false,
  } as const;
  const outcome = await ask(machine, ['gpg', '--batch', '--list-secret-keys', '--with-colons']);
  if (outcome.kind !== 'exited') return { ...need, detail: 'not tried: it takes gpg first' };
  const keys = parseSecretKeys(outcome.stdout.toString());
  // gpg fails on a home directory that it may not use, and then a new key would fail too.
  const failed = outcome.status !== 0;
  if (failed && keys.kind === 'none') return { ...need, ...brokenGpg(firstLine(outcome.stderr.toString())) };
  if (keys.kind === 'usable') return { ...need, found: true, detail: keys.id };
  if (keys.kind === 'none') return { ...need, detail: 'gpg has no secret key', mend: await makeKey(machine) };
  return { ...need, detail: 'gpg has secret keys, but none that can sign now', mend: PROLONG };
}

function brokenGpg(detail: string): Pick<Need, 'detail' | 'mend'> {
  return { detail, mend: { kind: 'advice', text: 'make gpg --list-secret-keys work' } };
}

const PROLONG: Mend = {
  kind: 'advice',
  text: 'prolong one with gpg --quick-set-expire, or make one with gpg --quick-generate-key',
};

/** Without a passphrase, for a machine that builds by itself; gpg(1), --quick-generate-key. */
async function makeKey(machine: Machine): Promise<Mend> {
  const outcome = await ask(machine, ['uname', '-n']);
  const named = outcome.kind === 'exited' ? outcome.stdout.toString().trim() : '';
  const host = named === '' ? 'localhost' : named;
  const address = `${machine.caller.name}@${host}`;
  const user = `mkve on ${host} <${address}>`;
  const generate = ['--quick-generate-key', user, 'ed25519', 'sign', 'never'];
  return { kind: 'make-key', user: address, argv: ['gpg', '--batch', '--passphrase', '', ...generate] };
}

/**
 * Reads `gpg --list-secret-keys --with-colons` (GnuPG, doc/DETAILS, "Format of the colon listings"): field 2 is the
 * validity, 5 the id, 12 the capabilities (lower case: of this very key), 15 `#` where the secret part is not here.
 */
export function parseSecretKeys(listing: string): SecretKeys {
  const keys = listing
    .split('\n')
    .map((line) => line.split(':'))
    .filter(([type]) => type === 'sec' || type === 'ssb');
  let primary: readonly string[] = [];
  for (const key of keys) {
    if (key[0] === 'sec') primary = key;
    if (isValid(primary) && isValid(key) && canSign(key)) return { kind: 'usable', id: key[4] ?? '' };
  }
  return { kind: keys.length === 0 ? 'none' : 'unusable' };
}

/** Field 2: i invalid, d disabled, r revoked, e expired, n not valid. D among the capabilities: disabled too. */
function isValid(key: readonly string[]): boolean {
  return !/^[idren]/.test(key[1] ?? '') && !(key[11] ?? '').includes('D');
}

function canSign(key: readonly string[]): boolean {
  return (key[11] ?? '').includes('s') && key[14] !== '#';
}
