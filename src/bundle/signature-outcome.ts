import { assertNever } from '../base/index.js';

/** What came of checking a signature. Ids and fingerprints are upper-case hexadecimal; `user` is the key's user id. */
export type SignatureOutcome =
  | { readonly kind: 'good'; readonly keyId: string; readonly fingerprint: string; readonly user: string }
  | { readonly kind: 'bad'; readonly keyId: string; readonly user: string }
  /** The public key is not in the keyring. */
  | { readonly kind: 'unknown-key'; readonly keyId: string; readonly fingerprint?: string }
  | { readonly kind: 'expired-key'; readonly keyId: string; readonly user: string }
  | { readonly kind: 'revoked-key'; readonly keyId: string; readonly user: string }
  | { readonly kind: 'expired-signature'; readonly keyId: string; readonly user: string }
  /** Not a detached OpenPGP signature that gpg understands. */
  | { readonly kind: 'unreadable'; readonly detail: string }
  | { readonly kind: 'gpg-missing' }
  | { readonly kind: 'gpg-failed'; readonly detail: string };

/** One sentence without a full stop. */
export function describeSignature(outcome: SignatureOutcome): string {
  switch (outcome.kind) {
    case 'good':
      return `the signature of ${outcome.user} (${outcome.fingerprint}) is good`;
    case 'bad':
      return `the signature is bad: metainfo.json is not what ${outcome.user} (${outcome.keyId}) signed`;
    case 'unknown-key':
      return `the signature cannot be checked: import the public key ${outcome.fingerprint ?? outcome.keyId} with gpg --import`;
    case 'expired-key':
      return `the signature is by a key that has expired: ${outcome.user} (${outcome.keyId})`;
    case 'revoked-key':
      return `the signature is by a key that was revoked: ${outcome.user} (${outcome.keyId})`;
    case 'expired-signature':
      return `the signature of ${outcome.user} (${outcome.keyId}) has expired`;
    case 'unreadable':
      return `metainfo.json.asc is not a detached signature: ${outcome.detail}`;
    case 'gpg-missing':
      return 'the signature cannot be checked: gpg is not installed';
    case 'gpg-failed':
      return `the signature could not be checked: ${outcome.detail}`;
    default:
      return assertNever(outcome);
  }
}
