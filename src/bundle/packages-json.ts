import { canonicalJson, compareCodeUnits, err, ok, type Result } from '../base/index.js';
import { parseJson } from './json-document.js';
import { foremost, JsonFields, readEach } from './json-fields.js';

/** One package of the rootfs, as its package system reports it. */
export type InstalledPackage = {
  readonly name: string;
  readonly version: string;
  /** `all` or `noarch` for packages that fit any. */
  readonly arch: string;
  /** The source package it was built from, where known. */
  readonly source?: string;
  readonly source_version?: string;
};

/** The document `packages.json`: a canonical JSON list sorted by name, arch and version, and a final newline. */
export function writePackagesJson(packages: readonly InstalledPackage[]): Buffer {
  return Buffer.from(`${canonicalJson(packages.toSorted(comparePackages))}\n`);
}

/** Reads untrusted bytes; the error lists every fault found, one sentence without a full stop each. */
export function parsePackagesJson(bytes: Uint8Array): Result<readonly InstalledPackage[], readonly string[]> {
  const json = parseJson(bytes);
  if (!json.ok) return err([json.error]);
  if (!Array.isArray(json.value)) return err(['it is not a list']);
  const faults: string[] = [];
  const packages = readEach(json.value, faults, (entry, index) =>
    packageOf(new JsonFields(entry, `[${index}]`, faults)),
  );
  if (faults.length > 0) return err(foremost(faults));
  if (!writePackagesJson(packages).equals(bytes)) {
    return err([
      'its bytes are not the canonical JSON of its content: spacing, key order or list order differ',
    ]);
  }
  return ok(packages);
}

function packageOf(fields: JsonFields): InstalledPackage {
  const source = fields.optionalText('source');
  const sourceVersion = fields.optionalText('source_version');
  const found: InstalledPackage = {
    name: fields.text('name'),
    version: fields.text('version'),
    arch: fields.text('arch'),
    ...(source === undefined ? {} : { source }),
    ...(sourceVersion === undefined ? {} : { source_version: sourceVersion }),
  };
  fields.end();
  return found;
}

// Several versions of one package may be installed side by side (kernels of an rpm system).
function comparePackages(a: InstalledPackage, b: InstalledPackage): number {
  return (
    compareCodeUnits(a.name, b.name) ||
    compareCodeUnits(a.arch, b.arch) ||
    compareCodeUnits(a.version, b.version)
  );
}
