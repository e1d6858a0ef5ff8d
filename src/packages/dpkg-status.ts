/** One package of dpkg's database that is installed. */
export interface DpkgPackage {
  readonly name: string;
  readonly version: string;
  readonly arch: string;
  readonly source?: string;
  readonly source_version?: string;
}

/** Reads /var/lib/dpkg/status: stanzas as in deb-control(5), with `Status: install ok installed`. */
export function readDpkgStatus(text: string): readonly DpkgPackage[] {
  return text
    .split('\n\n')
    .filter((stanza) => /^Status: .* installed$/m.test(stanza))
    .map(packageOf)
    .filter((found) => found.name !== '');
}

function packageOf(stanza: string): DpkgPackage {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(stanza)?.[1]?.trim();
  const found = {
    name: field('Package') ?? '',
    version: field('Version') ?? '',
    arch: field('Architecture') ?? '',
  };
  // `Source: NAME` or `Source: NAME (VERSION)`, where they differ from the package's own.
  const source = /^(\S+)(?: \((.+)\))?$/.exec(field('Source') ?? '');
  if (source?.[1] === undefined) return found;
  return source[2] === undefined
    ? { ...found, source: source[1] }
    : { ...found, source: source[1], source_version: source[2] };
}
