import type { BundleView } from '../../bundle/index.js';
import { isConfPath, rootfsOf } from '../../bundle/index.js';
import type { ConfFileView } from './comparison.js';

/** The part of the metadata that says what a bundle is, by names that people know. */
export interface Described {
  readonly name: string;
  readonly version: string;
  readonly hypervisor: string;
  readonly architecture: string;
  readonly vendor?: string;
  readonly license?: string;
  readonly requested?: Readonly<Record<string, readonly string[]>>;
}

export interface Circumstances {
  /** Version of mkve. */
  readonly mkve: string;
  /** Seconds. */
  readonly sourceDateEpoch: number;
  /** `tar.gz, level 6`. */
  readonly packing: string;
  /** Of device nodes that the packer adds; absent where nobody knows. */
  readonly devices?: readonly { readonly path: string }[];
}

export function fieldsOf(described: Described, circumstances: Circumstances): ReadonlyMap<string, string> {
  const { name, version, hypervisor, architecture, vendor, license, requested = {} } = described;
  const { mkve, sourceDateEpoch, packing, devices } = circumstances;
  const fields: readonly (readonly [string, string | undefined])[] = [
    ['name', name],
    ['version', version],
    ['hypervisor', hypervisor],
    ['architecture', architecture],
    ['vendor', vendor],
    ['license', license],
    ['package list', listText(Object.keys(requested).toSorted())],
    ['packing', packing],
    ['device nodes', devices === undefined ? undefined : listText(devices.map(({ path }) => path))],
    ['files as of', new Date(sourceDateEpoch * 1000).toISOString()],
    ['mkve', mkve],
  ];
  return new Map(fields.flatMap(([field, value]) => (value === undefined ? [] : [[field, value] as const])));
}

function listText(items: readonly string[]): string | undefined {
  return items.length === 0 ? undefined : items.join(', ');
}

/** What a bundle says of itself. */
export function bundleFields({ metainfo, signature }: BundleView): ReadonlyMap<string, string> {
  const { template_version: version, arch: architecture, source_date_epoch, mkve } = metainfo;
  const { compression = 'none' } = rootfsOf(metainfo) ?? {};
  const fields = fieldsOf(
    { ...metainfo, version, architecture },
    { mkve, sourceDateEpoch: source_date_epoch, packing: compression },
  );
  const signed = signature.kind === 'absent' ? 'no' : (signature.fingerprint ?? signature.keyId ?? 'yes');
  return new Map([...fields, ['signed', signed]]);
}

export function bundleConf({ metainfo }: BundleView): readonly ConfFileView[] {
  return metainfo.members
    .filter(({ path }) => isConfPath(path))
    .map(({ path, sha256, mode }) => ({ path, digest: sha256, mode }));
}
