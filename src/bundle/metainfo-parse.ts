import { type Digest, err, ok, parseDigest, type Result } from '../base/index.js';
import { parseJson } from './json-document.js';
import { foremost, JsonFields, readEach } from './json-fields.js';
import {
  compareMemberPaths,
  isRootfsPath,
  METAINFO_PATH,
  memberPathFault,
  PACKAGES_PATH,
  pathsUsedTwice,
  rootfsPath,
  SIGNATURE_PATH,
} from './member-paths.js';
import {
  BUNDLE_FORMAT,
  isRootfsEntry,
  type Metainfo,
  type MetainfoMember,
  writeMetainfo,
} from './metainfo.js';

/** The greatest time a ustar header holds, 11 octal digits of seconds (POSIX pax, "ustar Header Block"). */
export const MAX_SOURCE_DATE_EPOCH = 0o77777777777;

const SHA256 = { pattern: /^[0-9a-f]{64}$/, expected: '64 lower-case hexadecimal digits' };
const DIGEST = { pattern: /^sha256:[0-9a-f]{64}$/, expected: 'sha256: and 64 hexadecimal digits' };
const HYPERVISOR = { pattern: /^[a-z0-9][a-z0-9_.-]*$/, expected: 'a hypervisor name such as openvz' };

/** Reads untrusted bytes; the error lists every fault found, one sentence without a full stop each. */
export function parseMetainfo(bytes: Uint8Array): Result<Metainfo, readonly string[]> {
  const json = parseJson(bytes);
  if (!json.ok) return err([json.error]);
  const faults: string[] = [];
  const fields = new JsonFields(json.value, '', faults);
  const newer = newerFormat(fields.has('format') ? fields.count('format') : 0);
  if (newer !== undefined) return err([newer]);
  const metainfo = documentOf(fields, faults);
  for (const fault of memberFaults(metainfo)) faults.push(fault);
  if (faults.length > 0) return err(foremost(faults));
  if (!writeMetainfo(metainfo).equals(bytes)) {
    return err([
      'its bytes are not the canonical JSON of its content: spacing, key order or member order differ',
    ]);
  }
  return ok(metainfo);
}

function newerFormat(format: number): string | undefined {
  if (format <= BUNDLE_FORMAT) return undefined;
  return `format ${format} is newer than this mkve reads (${BUNDLE_FORMAT}): use a newer mkve`;
}

function documentOf(fields: JsonFields, faults: string[]): Metainfo {
  if (fields.count('format') !== BUNDLE_FORMAT) faults.push(`format is not ${BUNDLE_FORMAT}`);
  const vendor = fields.optionalText('vendor');
  const license = fields.optionalText('license');
  const requested = fields.optionalLists('requested');
  const packages = fields.object('packages');
  const metainfo: Metainfo = {
    format: BUNDLE_FORMAT,
    name: fields.text('name'),
    template_version: fields.text('template_version'),
    hypervisor: fields.matching('hypervisor', HYPERVISOR),
    arch: fields.text('arch'),
    ...(vendor === undefined ? {} : { vendor }),
    ...(license === undefined ? {} : { license }),
    source_date_epoch: fields.count('source_date_epoch'),
    mkve: fields.text('mkve'),
    packages: { digest: digestField(packages), count: packages.count('count') },
    ...(requested === undefined ? {} : { requested }),
    members: readEach(fields.list('members'), faults, (member, index) =>
      memberOf(new JsonFields(member, `members[${index}]`, faults)),
    ),
  };
  packages.end();
  fields.end();
  return metainfo;
}

function digestField(fields: JsonFields): Digest {
  const parsed = parseDigest(fields.matching('digest', DIGEST));
  return parsed.ok ? parsed.value : ('' as Digest);
}

function memberOf(fields: JsonFields): MetainfoMember {
  const member = {
    path: fields.text('path'),
    size: fields.count('size'),
    sha256: fields.matching('sha256', SHA256),
    mode: fields.oneOf('mode', ['0644', '0755']),
  };
  if (!isRootfsPath(member.path)) {
    fields.end();
    return member;
  }
  const compression = fields.oneOf('compression', ['gzip', 'zstd', 'none']);
  const plain = fields.object('plain');
  const entry = { size: plain.count('size'), sha256: plain.matching('sha256', SHA256) };
  plain.end();
  fields.end();
  return { ...member, compression, plain: entry };
}

/** What is wrong with the list as a whole, each entry being well-formed by itself. */
function memberFaults(metainfo: Metainfo): readonly string[] {
  const { members } = metainfo;
  const paths = members.map((member) => member.path).sort(compareMemberPaths);
  return [
    ...(metainfo.source_date_epoch > MAX_SOURCE_DATE_EPOCH
      ? ['source_date_epoch is beyond what tar can hold']
      : []),
    ...paths.flatMap((path) => pathFaults(path)),
    ...paths.filter((path, index) => path === paths[index - 1]).map((path) => `${path} is listed twice`),
    ...pathsUsedTwice(paths).map((path) => `${path} is listed as a file and as a directory`),
    ...packagesFaults(metainfo),
    ...rootfsFaults(members),
    ...members
      .filter((member) => member.mode !== '0644' && !member.path.startsWith('conf/'))
      .map((member) => `${member.path} is marked executable, which only conf files may be`),
  ];
}

function pathFaults(path: string): readonly string[] {
  if (path === METAINFO_PATH || path === SIGNATURE_PATH) return [`${path} must not be listed`];
  const fault = memberPathFault(path);
  return fault === undefined ? [] : [`the member path ${JSON.stringify(path)} ${fault}`];
}

function packagesFaults({ members, packages }: Metainfo): readonly string[] {
  const listed = members.find((member) => member.path === PACKAGES_PATH);
  if (listed === undefined) return [`${PACKAGES_PATH} is not listed`];
  return packages.digest === `sha256:${listed.sha256}`
    ? []
    : [`packages.digest is not that of ${PACKAGES_PATH}`];
}

function rootfsFaults(members: readonly MetainfoMember[]): readonly string[] {
  const entries = members.filter(isRootfsEntry);
  if (entries.length !== 1) return [`${entries.length} root file systems are listed, not one`];
  return entries.flatMap((entry) => {
    const expected = rootfsPath(entry.compression);
    if (entry.path !== expected) return [`${entry.path} is listed with compression ${entry.compression}`];
    const same = entry.plain.size === entry.size && entry.plain.sha256 === entry.sha256;
    return entry.compression === 'none' && !same
      ? [`${entry.path} and its plain tar are listed differently`]
      : [];
  });
}
