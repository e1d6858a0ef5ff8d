/**
 * The shape of every key of an mkvefile, as zod types. The error text of each type is the noun phrase of what is
 * expected; `check.ts` makes the sentence around it. Importing this module loads zod.
 */
import { z } from 'zod';

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
const path = (expected: string) => text(expected, /^[^\0\r\n]+$/);
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
  cache: z.unknown(),
  sourceDateEpoch: z.int('whole seconds since 1970').min(0, 'whole seconds since 1970').optional(),
};

const FORMATS = ['tar.gz', 'tar.zst', 'tar'] as const;

export const packShape = {
  format: z.enum(FORMATS, `one of ${FORMATS.map((format) => `'${format}'`).join(', ')}`).optional(),
  level: z.int('a whole number from 1').min(1, 'a whole number from 1').optional(),
};

const outputShape = {
  output: z.string('the path of a file').optional(),
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

export const cacheShape = {
  directory: path('the path of a directory').optional(),
  maxSize: z
    .union([z.string(), z.number()], SIZE)
    .refine((size) => bytesOf(size) !== undefined, SIZE)
    .optional(),
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

export const mmdebstrapShape = {
  backend: z.literal('mmdebstrap'),
  suite: text("the name of a suite, such as 'bookworm'", /^[a-z0-9][a-z0-9+./_-]*$/i).optional(),
  mirrors: listOf(
    text("a URL or a whole line that begins with 'deb '", /^(?:deb\s+\S.*|[a-z][a-z0-9+.-]*:\S+)$/i),
    'a list of mirrors',
  ).optional(),
  components: listOf(text('the name of a component', /^\S+$/), 'a list of components').optional(),
  architecture: text("the name of an architecture, such as 'amd64'", /^[a-z0-9][a-z0-9-]*$/).optional(),
  keyrings: listOf(path('the path of a keyring file'), 'a list of keyring files').optional(),
  variant: z.enum(VARIANTS, `one of ${VARIANTS.join(', ')}`).optional(),
  recommends: z.boolean('true or false').optional(),
};
