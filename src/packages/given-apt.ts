import type { AptRepository } from '../graph/index.js';
import { parseDeb822, parseOneLine } from './host-sources.js';

/** How the apt of a root file system is configured: files by their paths in it, as text of one character a byte. */
export interface AptConfiguration {
  /** `amd64` */
  readonly architecture: string;
  readonly sources: Readonly<Record<string, string>>;
  readonly keys: Readonly<Record<string, string>>;
}

/** The same where an apt of the host's can use it. */
export interface GivenApt {
  readonly repositories: readonly AptRepository[];
  /** A directory with the keys of repositories that name none. */
  readonly trusted: string;
}

/** The binary repositories that its sources.list files name: sources.list(5). Key files by their paths inside. */
export function repositoriesOf({ sources }: AptConfiguration): readonly {
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  readonly components: readonly string[];
  readonly signedBy: readonly string[];
}[] {
  return Object.keys(sources)
    .sort()
    .flatMap((path) => {
      const text = sources[path] ?? '';
      return path.endsWith('.sources') ? parseDeb822(text) : parseOneLine(text);
    });
}
