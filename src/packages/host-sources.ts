import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A repository as the host's apt configuration names it. */
export interface HostRepository {
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  readonly components: readonly string[];
  /** Key files; keys embedded in a stanza are not supported and leave this empty. */
  readonly signedBy: readonly string[];
}

/** The binary repositories of `/etc/apt/sources.list` and `sources.list.d`: sources.list(5). */
export function readHostSources(aptDirectory: string): readonly HostRepository[] {
  const parts = join(aptDirectory, 'sources.list.d');
  const files = [join(aptDirectory, 'sources.list'), ...namesIn(parts).map((name) => join(parts, name))];
  return files.flatMap((file) => {
    if (file.endsWith('.sources')) return parseDeb822(textOf(file));
    return file.endsWith('.list') ? parseOneLine(textOf(file)) : [];
  });
}

/** `deb [signed-by=FILE] URI SUITE COMPONENT…`, one a line. */
export function parseOneLine(text: string): readonly HostRepository[] {
  const repositories: HostRepository[] = [];
  for (const line of text.split('\n')) {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)((?:\s+[^\s#]+)*)/.exec(line);
    if (match === null) continue;
    const [, options = '', uri = '', suite = '', components = ''] = match;
    const signedBy = /(?:^|\s)signed-by=(\S+)/i.exec(options)?.[1]?.split(',') ?? [];
    repositories.push({ uris: [uri], suites: [suite], components: wordsOf(components), signedBy });
  }
  return repositories;
}

/** Stanzas of `Field: value`, separated by blank lines; a line that starts with a space goes on. */
export function parseDeb822(text: string): readonly HostRepository[] {
  return text
    .split(/\n\s*\n/)
    .map(fieldsOf)
    .filter((fields) => isEnabled(fields) && wordsOf(fields.get('types')).includes('deb'))
    .map((fields) => ({
      uris: wordsOf(fields.get('uris')),
      suites: wordsOf(fields.get('suites')),
      components: wordsOf(fields.get('components')),
      signedBy: keyFiles(fields.get('signed-by') ?? ''),
    }));
}

/** An embedded key is base64, lines of which may well begin like a path. */
function keyFiles(field: string): readonly string[] {
  return field.includes('BEGIN PGP') ? [] : wordsOf(field).filter((word) => word.startsWith('/'));
}

function fieldsOf(stanza: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  let last = '';
  for (const line of stanza.split('\n')) {
    if (line.startsWith('#')) continue;
    const match = /^([A-Za-z0-9-]+):(.*)$/.exec(line);
    if (match !== null) last = (match[1] ?? '').toLowerCase();
    fields.set(last, `${fields.get(last) ?? ''} ${match === null ? line : (match[2] ?? '')}`);
  }
  return fields;
}

function isEnabled(fields: ReadonlyMap<string, string>): boolean {
  return !['no', 'false', '0', 'off'].includes((fields.get('enabled') ?? 'yes').trim().toLowerCase());
}

function wordsOf(text: string | undefined): readonly string[] {
  return (text ?? '').split(/\s+/).filter((word) => word !== '');
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}
