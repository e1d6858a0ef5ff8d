import { err, ok, type Result } from '../../base/index.js';
import { type BundleView, describeFault, inspectBundle, rootfsOf } from '../../bundle/index.js';
import type { Failure } from '../../report/index.js';
import { nodeDifferences, TreeObjects } from '../../tree/index.js';
import { bundleTree } from './bundle-tree.js';
import { type Comparison, confDifferences, fieldDifferences, packageDifferences } from './comparison.js';
import { type FileDifference, fileDifference } from './file-difference.js';
import { bundleConf, bundleFields } from './metadata.js';

/**
 * Compares two bundles by what they say of themselves, and by their files. Of root file systems that by their digests are
 * the same nothing is read. Nothing is verified.
 */
export async function compareBundles(
  before: string,
  after: string,
  env: Readonly<Record<string, string>>,
): Promise<Result<Comparison, Failure>> {
  const views = await Promise.all([before, after].map(viewOf));
  const [old, now] = views;
  if (old === undefined || !old.ok) return old ?? err({ kind: 'cancelled' });
  if (now === undefined || !now.ok) return now ?? err({ kind: 'cancelled' });
  const files = await compareFiles(
    [
      { file: before, view: old.value },
      { file: after, view: now.value },
    ],
    env,
  );
  if (!files.ok) return files;
  return ok({
    of: 'bundles',
    before,
    after,
    metadata: fieldDifferences(bundleFields(old.value), bundleFields(now.value)),
    packages: packageDifferences(old.value.packages, now.value.packages),
    conf: confDifferences(bundleConf(old.value), bundleConf(now.value)),
    files: files.value,
  });
}

interface Viewed {
  readonly file: string;
  readonly view: BundleView;
}

/** What a bundle says of itself; the faults of one that cannot be read are a failure. */
export async function viewOf(file: string): Promise<Result<BundleView, Failure>> {
  const view = await inspectBundle(file);
  return view.ok ? view : err({ kind: 'verification-failed', file, faults: view.error.map(describeFault) });
}

async function compareFiles(
  [before, after]: readonly [Viewed, Viewed],
  env: Readonly<Record<string, string>>,
): Promise<Result<readonly FileDifference[], Failure>> {
  const [old, now] = [rootfsOf(before.view.metainfo), rootfsOf(after.view.metainfo)];
  if (old === undefined) return err(withoutRootfs(before.file));
  if (now === undefined) return err(withoutRootfs(after.file));
  if (old.plain.sha256 === now.plain.sha256) return ok([]);
  const objects = new TreeObjects();
  const [was, is] = await Promise.all([
    bundleTree({ file: before.file, rootfs: old, objects, env }),
    bundleTree({ file: after.file, rootfs: now, objects, env }),
  ]);
  if (!was.ok) return was;
  if (!is.ok) return is;
  return ok(nodeDifferences(objects, was.value, is.value).map(fileDifference));
}

function withoutRootfs(file: string): Failure {
  return { kind: 'verification-failed', file, faults: ['it lists no root file system'] };
}
