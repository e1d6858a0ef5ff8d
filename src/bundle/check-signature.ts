import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { type CommandOutcome, type CommandRunner, messageOf } from '../base/index.js';
import { lastMessage, type StatusLine, statusLines } from './gpg-output.js';
import type { SignatureOutcome } from './signature-outcome.js';

export interface CheckSignatureRequest {
  readonly runner: CommandRunner;
  /** GNUPGHOME or HOME in it says whose keyring is asked. */
  readonly env: Readonly<Record<string, string>>;
  /** An existing directory for two small files, which are gone afterwards. */
  readonly tempDir: string;
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * Checks a detached signature against the keys of the user's keyring. Keys are never fetched: with
 * auto-key-retrieve in gpg.conf the signature of any stranger would come out good.
 */
export async function checkSignature(request: CheckSignatureRequest): Promise<SignatureOutcome> {
  let directory: string | undefined;
  try {
    // mkdtemp makes it 0700.
    directory = await mkdtemp(join(request.tempDir, 'mkve-gpg-'));
    return outcomeOf(await runVerify(directory, request));
  } catch (thrown) {
    return { kind: 'gpg-failed', detail: messageOf(thrown) };
  } finally {
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
  }
}

async function runVerify(directory: string, request: CheckSignatureRequest): Promise<CommandOutcome> {
  const { runner, env, bytes, signature } = request;
  const files = { signature: join(directory, 'signature.asc'), data: join(directory, 'data') };
  await writeFile(files.signature, signature, { mode: 0o600 });
  await writeFile(files.data, bytes, { mode: 0o600 });
  const options = ['--batch', '--no-tty', '--no-auto-key-retrieve', '--status-fd', '1'];
  return await runner.run({ argv: ['gpg', ...options, '--verify', files.signature, files.data], env });
}

function outcomeOf(outcome: CommandOutcome): SignatureOutcome {
  if (outcome.kind === 'not-found') return { kind: 'gpg-missing' };
  if (outcome.kind === 'killed') return { kind: 'gpg-failed', detail: `gpg was ended by ${outcome.signal}` };
  const lines = statusLines(outcome.stdout);
  const told = WORST_FIRST.map((read) => read(lines)).find((found) => found !== undefined);
  const detail = lastMessage(outcome.stderr);
  if (told === undefined) return { kind: 'unreadable', detail };
  // gpg exits with 0 also for EXPKEYSIG, so the status lines go first; but good is only what it calls good twice.
  return told.kind === 'good' && outcome.status !== 0 ? { kind: 'gpg-failed', detail } : told;
}

type Reading = (lines: readonly StatusLine[]) => SignatureOutcome | undefined;

/** A file may hold several signatures: the worst one speaks for it. */
const WORST_FIRST: readonly Reading[] = [
  (lines) => signer(lines, 'BADSIG', (by) => ({ kind: 'bad', ...by })),
  (lines) => signer(lines, 'REVKEYSIG', (by) => ({ kind: 'revoked-key', ...by })),
  (lines) => signer(lines, 'EXPKEYSIG', (by) => ({ kind: 'expired-key', ...by })),
  (lines) => signer(lines, 'EXPSIG', (by) => ({ kind: 'expired-signature', ...by })),
  unknownKey,
  good,
];

function signer(
  lines: readonly StatusLine[],
  keyword: string,
  outcome: (by: { readonly keyId: string; readonly user: string }) => SignatureOutcome,
): SignatureOutcome | undefined {
  const line = lines.find((candidate) => candidate.keyword === keyword);
  if (line === undefined) return undefined;
  const [keyId = '', ...user] = line.args;
  return outcome({ keyId, user: user.join(' ') });
}

// ERRSIG keyid pkalgo hashalgo class time reason fingerprint; reason 9 is a missing public key.
function unknownKey(lines: readonly StatusLine[]): SignatureOutcome | undefined {
  const line = lines.find((candidate) => candidate.keyword === 'ERRSIG');
  if (line === undefined) return undefined;
  const [keyId = '', , , , , reason, fingerprint] = line.args;
  if (reason !== '9')
    return { kind: 'unreadable', detail: 'gpg does not know the algorithm of the signature' };
  const known = fingerprint !== undefined && /^[0-9A-F]{40,64}$/.test(fingerprint);
  return { kind: 'unknown-key', keyId, ...(known ? { fingerprint } : {}) };
}

function good(lines: readonly StatusLine[]): SignatureOutcome | undefined {
  const fingerprint = lines.find((line) => line.keyword === 'VALIDSIG')?.args[0];
  if (fingerprint === undefined) return undefined;
  return signer(lines, 'GOODSIG', (by) => ({ kind: 'good', fingerprint, ...by }));
}
