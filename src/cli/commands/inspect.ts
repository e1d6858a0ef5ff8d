import { resolve } from 'node:path';

import { type BundleView, describeFault, inspectBundle } from '../../bundle/index.js';
import { count, formatSize, jsonRecord } from '../../report/index.js';
import { type Command, fail } from '../main.js';
import { has, type mkveCommands, type OptionNames, type ParsedOptions } from '../options/index.js';
import { oneFile } from './one-file.js';

type Options = ParsedOptions<OptionNames<typeof mkveCommands.inspect.options>>;

/** `mkve inspect`: what a bundle says of itself, unverified. */
export async function inspectCommand({ host, streams }: Command, options: Options): Promise<number> {
  const named = oneFile(options.operands);
  if (!named.ok) return fail('mkve', named.error, streams);
  const file = resolve(host.cwd, named.value);
  const view = await inspectBundle(file);
  if (!view.ok) {
    return fail(
      'mkve',
      { kind: 'verification-failed', file, faults: view.error.map(describeFault) },
      streams,
    );
  }
  if (has(options, 'json')) streams.out(jsonRecord({ type: 'bundle', ...view.value }));
  else for (const line of linesOf(view.value)) streams.out(line);
  return 0;
}

function linesOf({ metainfo, members, packages, signature }: BundleView): readonly string[] {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['name', metainfo.name],
    ['version', metainfo.template_version],
    ['hypervisor', metainfo.hypervisor],
    ['architecture', metainfo.arch],
    ['vendor', metainfo.vendor],
    ['license', metainfo.license],
    ['format', `${metainfo.format}, written by mkve ${metainfo.mkve}`],
    ['files as of', new Date(metainfo.source_date_epoch * 1000).toISOString()],
    [
      'signature',
      signature.kind === 'absent' ? 'none' : `present (mkve verify checks it)${issuer(signature)}`,
    ],
  ];
  return [
    ...rows.flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(13)} ${value}`])),
    '',
    'members:',
    ...members.map(({ path, size }) => `  ${formatSize(size).padStart(9)}  ${path}`),
    '',
    `${count(packages.length, 'package')}:`,
    ...packages.map(
      ({ name, version, arch }) => `  ${name} ${version} ${arch}${broughtBy(name, arch, metainfo)}`,
    ),
  ];
}

/** The entries of the template's list that name a package, themselves or by what they stand for. */
function broughtBy(name: string, arch: string, { requested = {} }: BundleView['metainfo']): string {
  const entries = Object.entries(requested)
    .filter(([, names]) => names.some((wanted) => isMeant(wanted, { name, arch })))
    .map(([entry]) => entry);
  return entries.length === 0 ? '' : `  (listed: ${entries.join(', ')})`;
}

/** `NAME`, `NAME:ARCH`, either with `=VERSION`. */
function isMeant(wanted: string, found: { readonly name: string; readonly arch: string }): boolean {
  const [own = ''] = wanted.split('=');
  const [name, arch = found.arch] = own.split(':');
  return name === found.name && arch === found.arch;
}

function issuer(signature: Extract<BundleView['signature'], { kind: 'present' }>): string {
  const { fingerprint, keyId } = signature;
  const key = fingerprint ?? keyId;
  return key === undefined ? '' : `, claims to be by key ${key}`;
}
