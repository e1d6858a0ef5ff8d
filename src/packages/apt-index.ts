/** What names a package in an index of a repository. */
export interface IndexKey {
  readonly name: string;
  readonly version: string;
  readonly arch: string;
  /** Hexadecimal. */
  readonly sha256: string;
}

/**
 * The stanzas of these packages in an index (deb-control(5) as repositories publish it), in its order. An index has tens
 * of thousands of stanzas, so only those with a wanted name are looked into.
 */
export function stanzasOf(index: string, wanted: readonly IndexKey[]): readonly string[] {
  const byName = new Map<string, IndexKey[]>();
  for (const key of wanted) byName.set(key.name, [...(byName.get(key.name) ?? []), key]);
  const found: string[] = [];
  for (const stanza of index.split(/\n\n+/)) {
    const keys = byName.get(fieldOf(stanza, 'Package') ?? '');
    if (keys?.some((key) => isOf(stanza, key)) === true) found.push(stanza);
  }
  return found;
}

/** All that packages of an index are called and provide (deb-control(5)). */
export function namesIn(index: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [, name = ''] of index.matchAll(/^Package: *(\S+)/gm)) names.add(name);
  for (const [, provided = ''] of index.matchAll(/^Provides:(.*(?:\n[ \t].*)*)/gm))
    for (const one of provided.split(',')) names.add(one.trim().split(/[\s(:]/, 1)[0] ?? '');
  return names;
}

/** The value of a field that stands on one line. */
export function fieldOf(stanza: string, field: string): string | undefined {
  const label = `${field}: `;
  const at = stanza.startsWith(label) ? 0 : stanza.indexOf(`\n${label}`) + 1;
  if (at === 0 && !stanza.startsWith(label)) return undefined;
  const end = stanza.indexOf('\n', at);
  return stanza.slice(at + label.length, end === -1 ? undefined : end).trim();
}

function isOf(stanza: string, { version, arch, sha256 }: IndexKey): boolean {
  return (
    fieldOf(stanza, 'Version') === version &&
    fieldOf(stanza, 'Architecture') === arch &&
    fieldOf(stanza, 'SHA256')?.toLowerCase() === sha256
  );
}
