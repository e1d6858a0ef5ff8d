import { type CommandRunner, messageOf } from '../base/index.js';
import { type BundleInput, isSystemError, openBundle } from './bundle-input.js';
import { type Collected, collectBundle } from './collect.js';
import { explains, memberFaults, packagesFaults } from './compare.js';
import type { BundleFault } from './faults.js';
import type { PlainOutcome } from './gunzip-digest.js';
import { layoutFault } from './layout.js';
import { METAINFO_PATH, SIGNATURE_PATH } from './member-paths.js';
import { type Metainfo, type RootfsEntry, rootfsOf } from './metainfo.js';
import type { SignatureOutcome } from './signature-outcome.js';
import { checkZstd } from './zstd-check.js';

/** Port: is this a good signature of these bytes? `checkSignature` with gpg is the real one. */
export type SignatureChecker = (bytes: Uint8Array, signature: Uint8Array) => Promise<SignatureOutcome>;

export interface VerifyRequest {
  /** Path of the bundle. */
  readonly file: string;
  readonly checkSignature: SignatureChecker;
  /** For zstd, with PATH in `env`. */
  readonly runner: CommandRunner;
  readonly env: Readonly<Record<string, string>>;
  /**
   * `allowed` passes a bundle without signature, or with one that nobody here can check (unknown key, no gpg).
   * A signature that is checked and found wrong is always a fault.
   */
  readonly unsigned: 'refused' | 'allowed';
}

export interface VerifyReport {
  /** Empty when the bundle is whole, unchanged and, unless allowed otherwise, signed by a known key. */
  readonly faults: readonly BundleFault[];
  /** `absent` also when the file could not be read so far. */
  readonly signature: SignatureOutcome | { readonly kind: 'absent' };
  /** When it could be read. */
  readonly metainfo?: Metainfo;
}

/** Checks an untrusted bundle and reports every fault there is; only bugs are thrown. */
export async function verifyBundle(request: VerifyRequest): Promise<VerifyReport> {
  const opened = await openBundle(request.file);
  if (!opened.ok) return unreadable(opened.error);
  try {
    return await verifyOpened(opened.value, request);
  } catch (thrown) {
    if (isSystemError(thrown)) return unreadable(messageOf(thrown));
    throw thrown;
  } finally {
    await opened.value.file.close();
  }
}

async function verifyOpened(input: BundleInput, request: VerifyRequest): Promise<VerifyReport> {
  const collected = await collectBundle(input);
  const signature = await signatureOf(collected, request.checkSignature);
  const faults = [...collected.faults, ...(await contentFaults(collected, request))];
  // With any other fault the headers differ anyway, and saying so would only hide the cause.
  if (faults.length === 0) faults.push(...(await layoutFaults(input, collected)));
  return {
    faults: [...faults, ...signatureFaults(signature, request.unsigned)],
    signature,
    ...(collected.metainfo?.ok ? { metainfo: collected.metainfo.value } : {}),
  };
}

async function contentFaults(collected: Collected, request: VerifyRequest): Promise<readonly BundleFault[]> {
  const { metainfo, faults } = collected;
  if (metainfo === undefined) {
    return explains(faults, METAINFO_PATH) ? [] : [{ kind: 'member-missing', path: METAINFO_PATH }];
  }
  if (!metainfo.ok) return metainfo.error.map((detail) => ({ kind: 'metainfo-invalid', detail }));
  return [
    ...memberFaults(metainfo.value, collected),
    ...packagesFaults(metainfo.value, collected.documents),
    ...(await plainFaults(metainfo.value, collected, request)),
  ];
}

async function plainFaults(
  metainfo: Metainfo,
  { members, gunzipped }: Collected,
  { runner, env, file }: VerifyRequest,
): Promise<readonly BundleFault[]> {
  const rootfs = rootfsOf(metainfo);
  const seen = rootfs && members.get(rootfs.path);
  if (rootfs === undefined || seen === undefined) return [];
  if (gunzipped !== undefined) return gunzipFaults(rootfs, gunzipped);
  if (rootfs.compression !== 'zstd') return [];
  const { offset, size } = seen;
  const checked = await checkZstd({ runner, env, file, offset, size, plain: rootfs.plain });
  if (checked.kind === 'same') return [];
  const kind = checked.kind === 'wrong' ? 'plain-differs' : 'plain-unchecked';
  return [{ kind, path: rootfs.path, detail: checked.detail }];
}

function gunzipFaults({ path, plain }: RootfsEntry, found: PlainOutcome): readonly BundleFault[] {
  if (found.kind === 'wrong') return [{ kind: 'plain-differs', path, detail: found.detail }];
  if (found.size !== plain.size) {
    return [{ kind: 'plain-differs', path, detail: `holds ${found.size} bytes, not ${plain.size}` }];
  }
  if (found.sha256 === plain.sha256) return [];
  return [{ kind: 'plain-differs', path, detail: `has the sha256 ${found.sha256}, not ${plain.sha256}` }];
}

async function layoutFaults(
  input: BundleInput,
  { metainfo, members }: Collected,
): Promise<readonly BundleFault[]> {
  if (!metainfo?.ok) return [];
  const mtime = metainfo.value.source_date_epoch;
  const detail = await layoutFault(
    input,
    [...members.values()].map(({ path, mode, size }) => ({ path, mode, size, mtime })),
  );
  return detail === undefined ? [] : [{ kind: 'layout-differs', detail }];
}

async function signatureOf(
  { documents }: Collected,
  checkSignature: SignatureChecker,
): Promise<VerifyReport['signature']> {
  const bytes = documents.get(METAINFO_PATH);
  const signature = documents.get(SIGNATURE_PATH);
  if (bytes === undefined || signature === undefined) return { kind: 'absent' };
  return checkSignature(bytes, signature);
}

function signatureFaults(
  signature: VerifyReport['signature'],
  unsigned: VerifyRequest['unsigned'],
): readonly BundleFault[] {
  if (signature.kind === 'good') return [];
  const unchecked = signature.kind === 'unknown-key' || signature.kind === 'gpg-missing';
  if (unsigned === 'allowed' && (unchecked || signature.kind === 'absent')) return [];
  if (signature.kind === 'absent') return [{ kind: 'signature-missing' }];
  return [{ kind: 'signature-refused', outcome: signature }];
}

function unreadable(detail: string): VerifyReport {
  return { faults: [{ kind: 'bundle-unreadable', detail }], signature: { kind: 'absent' } };
}
