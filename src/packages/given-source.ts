import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

import { type Digest, digestOf, err, messageOf, ok, type Result } from '../base/index.js';
import type { RootfsSource } from '../graph/index.js';
import type { Failure } from '../report/index.js';

/** What was given, what kind of thing it is, and a fingerprint of it that is quickly taken. */
export function readGivenSource(path: string): Result<Pick<RootfsSource, 'name' | 'from'>, Failure> {
  try {
    const real = realpathSync(path);
    const name = nameOf(basename(path));
    const stats = statSync(real);
    if (stats.isFile())
      return ok({ name, from: { kind: 'archive', path: real, fingerprint: fingerprintOf([real]) } });
    if (!stats.isDirectory()) {
      const detail = 'expected an archive, a directory or an OCI image layout';
      return err({ kind: 'input-unreadable', file: path, detail });
    }
    if (existsSync(join(real, 'oci-layout'))) {
      // Its index names everything in it by digests.
      const fingerprint = digestOf(readFileSync(join(real, 'index.json')));
      return ok({ name, from: { kind: 'oci-layout', path: real, fingerprint } });
    }
    return ok({ name, from: { kind: 'directory', path: real, fingerprint: fingerprintOf(below(real)) } });
  } catch (thrown) {
    return err({ kind: 'input-unreadable', file: path, detail: messageOf(thrown) });
  }
}

/** It becomes part of step ids, which are matched by globs. */
function nameOf(name: string): string {
  const plain = name.replace(/\.(tar|tgz|txz|tar\.\w+)$/, '').replace(/[^A-Za-z0-9._-]/g, '_');
  return plain === '' ? 'rootfs' : plain;
}

/** Every path below a directory, itself included; what may not be read is told by the step that reads all of it. */
function* below(directory: string): Generator<string> {
  yield directory;
  for (const entry of entriesOf(directory)) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* below(path);
    else yield path;
  }
}

function entriesOf(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** A change of content, mode, owner or attributes sets the ctime, which nobody can set back. */
function fingerprintOf(paths: Iterable<string>): Digest {
  const lines: string[] = [];
  for (const path of paths) {
    const { ino, size, mtimeNs, ctimeNs } = lstatSync(path, { bigint: true });
    lines.push(`${path}\0${ino} ${size} ${mtimeNs} ${ctimeNs}`);
  }
  return digestOf(lines.join('\n'));
}
