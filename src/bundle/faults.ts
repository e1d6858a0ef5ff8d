import { assertNever, shortened } from '../base/index.js';
import type { ArchiveFault } from './archive-faults.js';
import { describeSignature, type SignatureOutcome } from './signature-outcome.js';

/** Everything that may be wrong with a bundle. Data only; `describeFault` has the words. */
export type BundleFault =
  | ArchiveFault
  | { readonly kind: 'bundle-unreadable'; readonly detail: string }
  /** Metadata of a size that no honest bundle has; it was not looked into. */
  | { readonly kind: 'member-oversized'; readonly path: string; readonly limit: number }
  | { readonly kind: 'member-missing'; readonly path: string }
  | { readonly kind: 'member-unlisted'; readonly path: string }
  | {
      readonly kind: 'member-changed';
      readonly path: string;
      readonly what: 'size' | 'sha256' | 'mode';
      readonly expected: string;
      readonly found: string;
    }
  | { readonly kind: 'metainfo-invalid'; readonly detail: string }
  | { readonly kind: 'packages-invalid'; readonly detail: string }
  /** What the compressed rootfs unpacks to. `detail` ends a sentence that begins with "its plain tar". */
  | { readonly kind: 'plain-differs'; readonly path: string; readonly detail: string }
  | { readonly kind: 'plain-unchecked'; readonly path: string; readonly detail: string }
  /** Bytes outside the members' content that format 1 writes otherwise. */
  | { readonly kind: 'layout-differs'; readonly detail: string }
  | { readonly kind: 'signature-missing' }
  | { readonly kind: 'signature-refused'; readonly outcome: SignatureOutcome };

/** Characters of a name that may be longer than any file system takes. */
const MOST_CHARACTERS = 200;

function quoted(path: string): string {
  return JSON.stringify(shortened(path, MOST_CHARACTERS));
}

/** One sentence without a full stop. Names from the bundle are quoted, because they are untrusted. */
export function describeFault(fault: BundleFault): string {
  switch (fault.kind) {
    case 'archive-malformed':
      return `the archive is damaged: ${fault.detail}`;
    case 'member-refused':
      return `the member ${quoted(fault.path)} ${fault.detail}`;
    case 'member-misplaced':
      return `the member ${fault.path} must not stand after ${fault.after}`;
    case 'bundle-unreadable':
      return `the bundle cannot be read: ${fault.detail}`;
    case 'member-oversized':
      return `${fault.path} is larger than ${fault.limit} bytes`;
    case 'member-missing':
      return `${fault.path} is missing`;
    case 'member-unlisted':
      return `${fault.path} is not listed in metainfo.json`;
    case 'member-changed':
      return `${fault.path} was changed: its ${fault.what} is ${fault.found}, not ${fault.expected}`;
    case 'metainfo-invalid':
      return `metainfo.json is not valid: ${fault.detail}`;
    case 'packages-invalid':
      return `packages.json is not valid: ${fault.detail}`;
    case 'plain-differs':
      return `${fault.path} was changed: its plain tar ${fault.detail}`;
    case 'plain-unchecked':
      return `the plain tar of ${fault.path} could not be checked: ${fault.detail}`;
    case 'layout-differs':
      return `the archive is not laid out as format 1 prescribes: ${fault.detail}`;
    case 'signature-missing':
      return 'the bundle is not signed';
    case 'signature-refused':
      return describeSignature(fault.outcome);
    default:
      return assertNever(fault);
  }
}
