/**
 * The shape of every key of an mkvefile, as zod types. The error text of each type is the noun phrase of what is
 * expected; `check.ts` makes the sentence around it. Importing this module loads zod.
 */
import * as z from 'zod';

import {
  hypervisorNameFault,
  packageNameFault,
  plainLineFault,
  templateNameFault,
  versionFault,
} from '../template/index.js';
import { hookReferenceFault } from './hook-reference.js';
import { bytesOf } from './size.js';

const text = (expected: string, form: RegExp) => z.string(expected).regex(form, expected);
const listOf = (item: z.ZodType<string>, expected: string) => z.array(item, expected);
const record = (expected: string) => z.record(z.string(), z.unknown(), expected);

/** What is a legal name is decided in `template/`, and only there. */
const faultless = (expected: string, faultOf: (written: string) => string | undefined) =>
  z.string(expected).refine((written) => faultOf(written) === undefined, expected);

const line = (expected: string) => faultless(expected, plainLineFault);
/** Linux takes 4096 bytes (PATH_MAX). */
const path = (expected: string) => text(expected, /^[^\0\r\n]{1,4096}$/);
const version = faultless("a version such as '1.0'", versionFault);
const packages = listOf(faultless('the name of a package', packageNameFault), 'a list of package names');
const hook = faultless(
  "the name of a hook, or a path that begins with './', '../' or '/'",
  hookReferenceFault,
);

export const templateName = faultless(
  "a name of letters, digits, '.', '_', '+' and '-', with a letter or digit first",
  templateNameFault,
);

export const hypervisorName = faultless("the name of a hypervisor, such as 'kvm'", hypervisorNameFault);

export const rootShape = {
  templates: record('an object with a template under each name'),
  packages: z.unknown(),
  hooks: listOf(path('a directory'), 'a list of directories').optional(),
  sign: z.unknown(),
  services: z.record(z.string(), packages, 'an object with a list of packages under each service').optional(),
  hypervisors: record('an object with an entry under each hypervisor').optional(),
  jobs: z.int('a whole number from 1').min(1, 'a whole number from 1').optional(),
  limits: z.unknown(),
  cache: z.unknown(),
  sourceDateEpoch: z.int('whole seconds since 1970').min(0, 'whole seconds since 1970').optional(),
};

const FORMATS = ['tar.gz', 'tar.zst', 'tar'] as const;

export const packShape = {
  format: z.enum(FORMATS, `one of ${FORMATS.map((format) => `'${format}'`).join(', ')}`).optional(),
  level: z.int('a whole number from 1').min(1, 'a whole number from 1').optional(),
};

const outputShape = {
  output: path('the path of a file').optional(),
  pack: z.unknown(),
  network: listOf(hook, 'a list of hooks').optional(),
};

export const nativeShape = {
  path: path('the path of a template directory'),
  hypervisors: listOf(hypervisorName, 'a list of hypervisors').min(1, 'at least one hypervisor').optional(),
  ...outputShape,
};

export const inlineShape = {
  version,
  vendor: line('one line of text').optional(),
  license: line('one line of text').optional(),
  hypervisors: record('an object with an entry under each hypervisor'),
  ...outputShape,
};

export const inlineHypervisorShape = {
  packages: packages.optional(),
  hooks: listOf(hook, 'a list of hooks').optional(),
  conf: path('the path of a directory').optional(),
  version: version.optional(),
};

export const hypervisorShape = { packages };

export const signShape = { key: line('the name of a key').optional() };

const SIZE = "a size such as '20 GB', or a number of bytes";
const size = z
  .union([z.string(), z.number()], SIZE)
  .refine((written) => bytesOf(written) !== undefined, SIZE);

export const limitsShape = {
  processes: z.int('a whole number from 16').min(16, 'a whole number from 16').optional(),
  memory: size.optional(),
  disk: size.optional(),
};

export const cacheShape = {
  directory: path('the path of a directory').optional(),
  maxSize: size.optional(),
  pin: listOf(text("a target such as 'tiny/lxc', or a glob", /^\S+$/), 'a list of targets').optional(),
};

const VARIANTS = [
  'minbase',
  'apt',
  'essential',
  'required',
  'buildd',
  'important',
  'debootstrap',
  'standard',
] as const;

const keyrings = listOf(path('the path of a keyring file'), 'a list of keyring files').optional();
const local = listOf(path('the path of a directory'), 'a list of directories with packages').optional();
const recommends = z.boolean('true or false').optional();
const architecture = text(
  "the name of an architecture, such as 'amd64' or 'x86_64'",
  /^[a-z0-9][a-z0-9_-]*$/,
).optional();
const suite = text("the name of a suite, such as 'bookworm'", /^[a-z0-9][a-z0-9+./_-]*$/i).optional();
const mirrors = listOf(
  text("a URL or a whole line that begins with 'deb '", /^(?:deb\s+\S.*|[a-z][a-z0-9+.-]*:\S+)$/i),
  'a list of mirrors',
).optional();
const components = listOf(text('the name of a component', /^\S+$/), 'a list of components').optional();

export const mmdebstrapShape = {
  backend: z.literal('mmdebstrap'),
  ...{ suite, mirrors, components, architecture, keyrings },
  variant: z.enum(VARIANTS, `one of ${VARIANTS.join(', ')}`).optional(),
  ...{ recommends, local },
};

export const dnfShape = {
  backend: z.literal('dnf'),
  release: text("a release, such as '42'", /^[A-Za-z0-9][A-Za-z0-9._-]*$/).optional(),
  repositories: listOf(text('the URL of a repository', /^[a-z][a-z0-9+.-]*:\S+$/i), 'a list of repositories')
    .min(1, 'at least one repository')
    .optional(),
  signatures: z.enum(['required', 'none'], "'required' or 'none'").optional(),
  base: packages.min(1, 'at least one package').optional(),
  database: text('an absolute path in the root file system', /^(?:\/[A-Za-z0-9._-]+)+$/).optional(),
  ...{ architecture, keyrings, recommends, local },
};

export const rootfsShape = {
  backend: z.literal('rootfs'),
  from: path('the path of an archive, a directory or an OCI image layout'),
  ...{ suite, mirrors, components, architecture, keyrings, recommends, local },
};

export const hasherShape = {
  backend: z.literal('hasher'),
  workdir: path('the path of a directory').optional(),
  repositories: listOf(
    text("a line that begins with 'rpm ' or 'rpm-dir '", /^rpm(?:-dir)?\s+[^\0\r\n]+$/),
    'a list of repositories',
  )
    .min(1, 'at least one repository')
    .optional(),
  base: packages.optional(),
  number: z.int('a whole number from 1').min(1, 'a whole number from 1').optional(),
  architecture,
};
