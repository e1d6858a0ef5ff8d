/**
 * The shape of every key of an mkvefile, as zod types. The error text of each type is the noun phrase of what is
 * expected; `check.ts` makes the sentence around it. Importing this module loads zod: its small variant, since all of it
 * takes longer to load than an mkvefile takes to run.
 */
import * as z from 'zod/mini';

import {
  hypervisorNameFault,
  packageNameFault,
  plainLineFault,
  templateNameFault,
  versionFault,
} from '../template/index.js';
import { hookReferenceFault } from './hook-reference.js';
import { bytesOf } from './size.js';

const text = (expected: string, form: RegExp) => z.string(expected).check(z.regex(form, expected));
const listOf = (item: z.ZodMiniType<string>, expected: string) => z.array(item, expected);
const record = (expected: string) => z.record(z.string(), z.unknown(), expected);

const wholeFrom = (least: number, expected: string) => z.int(expected).check(z.gte(least, expected));
const notEmpty = <T>(list: z.ZodMiniArray<z.ZodMiniType<T>>, expected: string) =>
  list.check(z.minLength(1, expected));

/** What is a legal name is decided in `template/`, and only there. */
const faultless = (expected: string, faultOf: (written: string) => string | undefined) =>
  z.string(expected).check(z.refine((written) => faultOf(written) === undefined, expected));

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
  hooks: z.optional(listOf(path('a directory'), 'a list of directories')),
  sign: z.unknown(),
  services: z.optional(
    z.record(z.string(), packages, 'an object with a list of packages under each service'),
  ),
  hypervisors: z.optional(record('an object with an entry under each hypervisor')),
  jobs: z.optional(wholeFrom(1, 'a whole number from 1')),
  limits: z.unknown(),
  cache: z.unknown(),
  sourceDateEpoch: z.optional(wholeFrom(0, 'whole seconds since 1970')),
};

const FORMATS = ['tar.gz', 'tar.zst', 'tar'] as const;

export const packShape = {
  format: z.optional(z.enum(FORMATS, `one of ${FORMATS.map((format) => `'${format}'`).join(', ')}`)),
  level: z.optional(wholeFrom(1, 'a whole number from 1')),
};

const outputShape = {
  output: z.optional(path('the path of a file')),
  pack: z.unknown(),
  network: z.optional(listOf(hook, 'a list of hooks')),
};

export const nativeShape = {
  path: path('the path of a template directory'),
  hypervisors: z.optional(
    notEmpty(listOf(hypervisorName, 'a list of hypervisors'), 'at least one hypervisor'),
  ),
  ...outputShape,
};

export const inlineShape = {
  version,
  vendor: z.optional(line('one line of text')),
  license: z.optional(line('one line of text')),
  hypervisors: record('an object with an entry under each hypervisor'),
  ...outputShape,
};

export const inlineHypervisorShape = {
  packages: z.optional(packages),
  hooks: z.optional(listOf(hook, 'a list of hooks')),
  conf: z.optional(path('the path of a directory')),
  version: z.optional(version),
};

export const hypervisorShape = { packages };

export const signShape = { key: z.optional(line('the name of a key')) };

const SIZE = "a size such as '20 GB', or a number of bytes";
const size = z
  .union([z.string(), z.number()], SIZE)
  .check(z.refine((written) => bytesOf(written) !== undefined, SIZE));

export const limitsShape = {
  processes: z.optional(wholeFrom(16, 'a whole number from 16')),
  memory: z.optional(size),
  disk: z.optional(size),
};

export const cacheShape = {
  directory: z.optional(path('the path of a directory')),
  maxSize: z.optional(size),
  pin: z.optional(listOf(text("a target such as 'tiny/lxc', or a glob", /^\S+$/), 'a list of targets')),
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

const keyrings = z.optional(listOf(path('the path of a keyring file'), 'a list of keyring files'));
const local = z.optional(listOf(path('the path of a directory'), 'a list of directories with packages'));
const recommends = z.optional(z.boolean('true or false'));
const architecture = z.optional(
  text("the name of an architecture, such as 'amd64' or 'x86_64'", /^[a-z0-9][a-z0-9_-]*$/),
);
const suite = z.optional(text("the name of a suite, such as 'bookworm'", /^[a-z0-9][a-z0-9+./_-]*$/i));
const mirrors = z.optional(
  listOf(
    text("a URL or a whole line that begins with 'deb '", /^(?:deb\s+\S.*|[a-z][a-z0-9+.-]*:\S+)$/i),
    'a list of mirrors',
  ),
);
const components = z.optional(listOf(text('the name of a component', /^\S+$/), 'a list of components'));

export const mmdebstrapShape = {
  backend: z.literal('mmdebstrap'),
  ...{ suite, mirrors, components, architecture, keyrings },
  variant: z.optional(z.enum(VARIANTS, `one of ${VARIANTS.join(', ')}`)),
  ...{ recommends, local },
};

export const dnfShape = {
  backend: z.literal('dnf'),
  release: z.optional(text("a release, such as '42'", /^[A-Za-z0-9][A-Za-z0-9._-]*$/)),
  repositories: z.optional(
    notEmpty(
      listOf(text('the URL of a repository', /^[a-z][a-z0-9+.-]*:\S+$/i), 'a list of repositories'),
      'at least one repository',
    ),
  ),
  signatures: z.optional(z.enum(['required', 'none'], "'required' or 'none'")),
  base: z.optional(notEmpty(packages, 'at least one package')),
  database: z.optional(text('an absolute path in the root file system', /^(?:\/[A-Za-z0-9._-]+)+$/)),
  ...{ architecture, keyrings, recommends, local },
};

export const rootfsShape = {
  backend: z.literal('rootfs'),
  from: path('the path of an archive, a directory or an OCI image layout'),
  ...{ suite, mirrors, components, architecture, keyrings, recommends, local },
};

export const hasherShape = {
  backend: z.literal('hasher'),
  workdir: z.optional(path('the path of a directory')),
  repositories: z.optional(
    notEmpty(
      listOf(
        text("a line that begins with 'rpm ' or 'rpm-dir '", /^rpm(?:-dir)?\s+[^\0\r\n]+$/),
        'a list of repositories',
      ),
      'at least one repository',
    ),
  ),
  base: z.optional(packages),
  number: z.optional(wholeFrom(1, 'a whole number from 1')),
  architecture,
};
