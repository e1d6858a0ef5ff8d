import { type CommandOutcome, type CommandRunner, err, ok, type Result } from '../base/index.js';
import { lastMessage, type StatusLine, statusLines } from './gpg-output.js';

export interface SignRequest {
  readonly runner: CommandRunner;
  /** The user's own: gpg needs HOME or GNUPGHOME, and its pinentry GPG_TTY or DISPLAY. */
  readonly env: Readonly<Record<string, string>>;
  /** As gpg's `--local-user` takes it; without it gpg's default key signs. */
  readonly key?: string;
  readonly bytes: Uint8Array;
  readonly signal?: AbortSignal;
}

export interface SignFailure {
  readonly kind:
    | 'gpg-missing'
    | 'no-secret-key'
    | 'key-not-found'
    | 'key-unusable'
    | 'cancelled'
    | 'gpg-failed';
  /** What happened, one sentence without a full stop. */
  readonly detail: string;
  readonly hint?: string;
}

/**
 * Makes a detached, ASCII-armoured signature with the user's gpg. `--batch` keeps gpg from asking on the terminal
 * behind mkve's output; the passphrase is asked for by gpg-agent's pinentry, which it does not concern.
 */
export async function sign({
  runner,
  env,
  key,
  bytes,
  signal,
}: SignRequest): Promise<Result<Buffer, SignFailure>> {
  const user = key === undefined ? [] : ['--local-user', key];
  const outcome = await runner.run({
    argv: [
      'gpg',
      '--batch',
      '--no-tty',
      '--status-fd',
      '2',
      '--armor',
      ...user,
      '--output',
      '-',
      '--detach-sign',
    ],
    env,
    stdin: bytes,
    ...(signal === undefined ? {} : { signal }),
  });
  if (outcome.kind === 'exited' && outcome.status === 0 && isArmoured(outcome.stdout))
    return ok(outcome.stdout);
  return err(failureOf(outcome, key));
}

function isArmoured(bytes: Buffer): boolean {
  return bytes.toString('latin1').startsWith('-----BEGIN PGP SIGNATURE-----');
}

const MAKE_A_KEY =
  'make one with gpg --quick-generate-key, or leave the bundle unsigned with --force-no-sign';

// The lower 16 bits of what FAILURE reports (libgpg-error, err-codes.h.in).
const CODES = { noSecretKey: 17, unusableSecretKey: 54, noPinentry: 85, canceled: 99, fullyCanceled: 198 };

function failureOf(outcome: CommandOutcome, key: string | undefined): SignFailure {
  if (outcome.kind === 'not-found') {
    const hint = 'install gpg, or leave the bundle unsigned with --force-no-sign';
    return { kind: 'gpg-missing', detail: 'gpg is not installed', hint };
  }
  if (outcome.kind === 'killed') return { kind: 'gpg-failed', detail: `gpg was ended by ${outcome.signal}` };
  const detail = lastMessage(outcome.stderr);
  switch (failureCode(statusLines(outcome.stderr))) {
    case CODES.noSecretKey:
      if (key === undefined)
        return { kind: 'no-secret-key', detail: 'gpg has no secret key to sign with', hint: MAKE_A_KEY };
      return {
        kind: 'key-not-found',
        detail: `gpg has no secret key for '${key}'`,
        hint: `gpg --list-secret-keys shows those it has; ${MAKE_A_KEY}`,
      };
    case CODES.unusableSecretKey:
      return {
        kind: 'key-unusable',
        detail: `the key ${key ?? 'that gpg uses by default'} may not sign: it has expired, was revoked or is for encryption only`,
        hint: MAKE_A_KEY,
      };
    case CODES.canceled:
    case CODES.fullyCanceled:
      return { kind: 'cancelled', detail: 'the request for the passphrase was cancelled' };
    case CODES.noPinentry:
      return {
        kind: 'gpg-failed',
        detail,
        hint: 'gpg-agent found no program to ask for the passphrase: install pinentry-curses, and on a terminal set GPG_TTY=$(tty)',
      };
    default:
      return { kind: 'gpg-failed', detail };
  }
}

function failureCode(lines: readonly StatusLine[]): number | undefined {
  const failure = lines.findLast((line) => line.keyword === 'FAILURE');
  return failure === undefined ? undefined : Number(failure.args[1]) & 0xffff;
}
