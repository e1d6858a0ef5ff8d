/** A command of the config that failed without ending it. */
export interface FailedCommand {
  readonly status: number;
  readonly line: number;
  readonly file: string;
}

/** What the script printed about a config. */
export interface BundleReport {
  /** The values of each option variable; none when it is unset. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly failed: readonly FailedCommand[];
  /** Variables that only exist since the config ran, sorted as bash lists them. */
  readonly newVariables: readonly string[];
}

/** Reads the report of `BUNDLE_CONFIG_SCRIPT`; nothing when it is not complete, because the config prevented that. */
export function parseBundleReport(bytes: Buffer): BundleReport | undefined {
  const lists = parseLists(bytes.toString('utf8').split('\0'));
  if (!lists.has('end')) return undefined;
  const before = new Set(lists.get('before'));
  return {
    values: lists,
    failed: (lists.get('failed') ?? []).map(parseFailure),
    newVariables: (lists.get('after') ?? []).filter((name) => !before.has(name)),
  };
}

/** Name, count and values, until the fields or their sense run out. */
function parseLists(fields: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const lists = new Map<string, readonly string[]>();
  let at = 0;
  while (at + 1 < fields.length) {
    const name = fields[at] ?? '';
    const count = Number(fields[at + 1]);
    if (!Number.isSafeInteger(count) || count < 0 || at + 2 + count > fields.length) break;
    lists.set(name, fields.slice(at + 2, at + 2 + count));
    at += 2 + count;
  }
  return lists;
}

function parseFailure(text: string): FailedCommand {
  const [status, line, ...file] = text.split(':');
  return { status: Number(status), line: Number(line), file: file.join(':') };
}
