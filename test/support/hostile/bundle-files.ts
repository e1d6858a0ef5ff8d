import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';

import { CONTENT_CASES } from './bundle-contents.js';
import { MEMBER_CASES } from './bundle-members.js';
import { ROOTFS_CASES } from './bundle-rootfs.js';
import { ARCHIVE_CASES, type BundleMaker } from './bundles.js';

const doing =
  (make: (path: string) => void): BundleMaker =>
  (path) => {
    make(path);
    return undefined;
  };

/** Cases in which there is something else than a file. */
const FILE_CASES: Readonly<Record<string, BundleMaker>> = {
  'file-missing': doing(() => undefined),
  'file-directory': doing((path) => mkdirSync(path)),
  'file-fifo': doing((path) => execFileSync('mkfifo', [path])),
  'file-device': doing((path) => symlinkSync('/dev/zero', path)),
  'file-link-circle': doing((path) => symlinkSync(path, path)),
};

/** Every bundle of the corpus that needs no key. */
export const BUNDLE_CASES: Readonly<Record<string, BundleMaker>> = {
  ...FILE_CASES,
  ...ARCHIVE_CASES,
  ...MEMBER_CASES,
  ...CONTENT_CASES,
  ...ROOTFS_CASES,
};
