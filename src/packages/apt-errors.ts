import type { Failure } from '../report/index.js';

/**
 * Turns what apt-get wrote into a failure that names the package or the URL. apt has no machine-readable errors;
 * the sentences are those of apt 2.6 in the C locale.
 */
export function aptFailure(
  said: string,
  context: {
    readonly what: string;
    readonly suite: string;
    readonly argv: readonly string[];
    readonly status: number;
  },
): Failure {
  return (
    untrusted(said) ??
    unreachable(said) ??
    notFound(said, context.suite) ??
    conflicted(said) ?? {
      kind: 'command-failed',
      what: context.what,
      argv: context.argv,
      ending: { status: context.status },
      lastLines: linesOf(said).slice(-20),
    }
  );
}

function untrusted(said: string): Failure | undefined {
  const signature =
    /^[WE]: (?:GPG error: |An error occurred during the signature verification\..*GPG error: )(\S+)[^:]*: (.+)$/m.exec(
      said,
    );
  const unsigned = /^E: The repository '(\S+)[^']*' is (?:not signed|no longer signed)/m.exec(said);
  const url = signature?.[1] ?? unsigned?.[1];
  if (url === undefined) return undefined;
  return { kind: 'repository-untrusted', url, detail: signature?.[2] ?? 'the repository is not signed' };
}

function unreachable(said: string): Failure | undefined {
  const failed = [...said.matchAll(/^[WE]: Failed to fetch (\S+)\s+(.*)$/gm)];
  const missing = [
    ...said.matchAll(
      /^E: The repository '(\S+) [^']*' (does not have a Release file|no longer has a Release file)/gm,
    ),
  ];
  const urls = [...new Set([...failed, ...missing].map(([, url]) => url ?? ''))];
  if (urls.length === 0) return undefined;
  const gone = failed.filter(([, url = '', reason = '']) => url.endsWith('.deb') && GONE.test(reason));
  if (gone.length > 0) return { kind: 'packages-gone', packages: gone.map(([, url]) => url ?? '') };
  const detail = failed[0]?.[2] ?? missing[0]?.[2] ?? '';
  const kind = urls.some((url) => url.endsWith('.deb')) ? 'download-failed' : 'mirror-unreachable';
  return { kind, urls, detail: OTHER_FILE.test(detail) ? `${detail.trim()}: ${IT_CHANGED}` : detail.trim() };
}

/** What apt's methods http and copy say of a file that is not there. */
const GONE = /^(404|410) |^File not found|^Failed to stat/;

/** apt compares digests and sizes with what was resolved, whose metadata was signed. */
const OTHER_FILE = /^(Hash Sum mismatch|File has unexpected size)/;
const IT_CHANGED = 'what is there now is not the file that was resolved';

function notFound(said: string, suite: string): Failure | undefined {
  const patterns = [
    /^E: Unable to locate package (\S+)$/gm,
    /^E: Package '([^']+)' has no installation candidate$/gm,
    /^E: Version '[^']*' for '([^']+)' was not found$/gm,
  ];
  const packages = patterns.flatMap((pattern) => [...said.matchAll(pattern)].map(([, name]) => name ?? ''));
  if (packages.length === 0) return undefined;
  const detail = linesOf(said)
    .filter((line) => line.startsWith('E: '))
    .join('\n');
  return { kind: 'package-not-found', packages: [...new Set(packages)], suite, detail };
}

function conflicted(said: string): Failure | undefined {
  if (!/unmet dependencies|held broken packages/.test(said)) return undefined;
  const from = said.indexOf('The following packages have unmet dependencies');
  return { kind: 'packages-conflicted', detail: (from === -1 ? said : said.slice(from)).trim() };
}

function linesOf(said: string): readonly string[] {
  return said.split('\n').filter((line) => line.trim() !== '');
}
