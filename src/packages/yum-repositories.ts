import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A repository of a .repo file: dnf.conf(5). */
export interface YumRepository {
  readonly id: string;
  readonly url: string;
  readonly by: 'baseurl' | 'metalink' | 'mirrorlist';
  /** Paths of key files; those that would have to be fetched are left out. */
  readonly keys: readonly string[];
  readonly checksSignatures: boolean;
}

/** The enabled repositories of /etc/yum.repos.d. */
export function readYumRepositories(directory: string): readonly YumRepository[] {
  let names: readonly string[];
  try {
    names = readdirSync(directory).filter((name) => name.endsWith('.repo'));
  } catch {
    return [];
  }
  return names
    .toSorted()
    .flatMap((name) => parseYumRepositories(readFileSync(join(directory, name), 'utf8')));
}

export function parseYumRepositories(text: string): readonly YumRepository[] {
  return text
    .split(/^(?=\[)/m)
    .map((section) => {
      const id = /^\[([^\]]+)\]/.exec(section)?.[1] ?? '';
      const fields = section.matchAll(/^(\w+)\s*=[ \t]*(.*(?:\n[ \t]+\S.*)*)$/gm);
      return { id, fields: new Map([...fields].map(([, name = '', value = '']) => [name, value.trim()])) };
    })
    .filter(
      ({ id, fields }) => id !== '' && id !== 'main' && !/^(0|no|false)$/i.test(fields.get('enabled') ?? '1'),
    )
    .flatMap(({ id, fields }) => {
      const by = (['baseurl', 'metalink', 'mirrorlist'] as const).find((name) => fields.has(name));
      if (by === undefined) return [];
      const [url = ''] = (fields.get(by) ?? '').split(/[\s,]+/);
      const keys = (fields.get('gpgkey') ?? '')
        .split(/[\s,]+/)
        .filter((key) => key.startsWith('file://'))
        .map((key) => key.slice('file://'.length));
      return [
        { id, url, by, keys, checksSignatures: !/^(0|no|false)$/i.test(fields.get('gpgcheck') ?? '1') },
      ];
    });
}
