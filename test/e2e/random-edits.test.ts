import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { jsonOf, Rig, stepsRan } from './support/rig.js';

let rig: Rig;
beforeEach(() => {
  rig = new Rig();
});
afterEach(() => rig.dispose());

/** A template as a person would change it. Hooks by name, because that is what a list says. */
interface Content {
  readonly order: readonly string[];
  readonly scripts: Readonly<Record<string, string>>;
  readonly conf: Readonly<Record<string, string>>;
  readonly version: string;
  readonly packages: readonly string[];
}

const NAMES = ['10-a', '20-b', '30-c', '40-d'];
const FILE = fc.constantFrom(
  '/etc/one',
  '/etc/two',
  '/srv/dir/three',
  '/usr/share/doc/bash/four',
  '/etc/motd',
);

/** One line of a hook. What it leaves depends on what it finds. */
const line = fc.oneof(
  fc.tuple(FILE, fc.constantFrom('x', 'y')).map(([file, text]) => `echo ${text} >>${file}`),
  FILE.map((file) => `date -r ${file} +%s >/dev/null 2>&1 && cat ${file} ${file} >/etc/doubled || true`),
  FILE.map((file) => `rm -rf ${file}`),
  fc.tuple(FILE, FILE).map(([from, to]) => `[ ! -f ${from} ] || ln -f ${from} ${to} 2>/dev/null || true`),
  fc.tuple(FILE, FILE).map(([from, to]) => `[ ! -f ${from} ] || mv ${from} ${to} 2>/dev/null || true`),
  fc
    .tuple(FILE, fc.constantFrom('600', '4755'))
    .map(([file, mode]) => `chmod ${mode} ${file} 2>/dev/null || true`),
  fc.constantFrom(
    'rm -rf /usr/share/doc/bash',
    'rm -rf /usr/share/doc && mkdir /usr/share/doc',
    'mkdir -p /usr/share/doc/bash',
    'ln -sfn /srv/dir /etc/link',
    'rm -f /etc/motd && mkdir -p /etc/motd',
    'rm -rf /etc/motd && echo again >/etc/motd',
    'chown 33:44 /srv/dir',
    'mkfifo -m 640 /srv/fifo 2>/dev/null || true',
    'echo "$MKVE_VERSION" >/etc/version',
    '# a comment',
  ),
);
const script = fc
  .array(line, { minLength: 1, maxLength: 4 })
  .map((lines) => ['#!/bin/sh', 'mkdir -p /srv/dir', ...lines, 'exit 0', ''].join('\n'));

const content: fc.Arbitrary<Content> = fc.record({
  order: fc.shuffledSubarray(NAMES, { minLength: 2 }),
  scripts: fc.record({ '10-a': script, '20-b': script, '30-c': script, '40-d': script }),
  conf: fc.record({ notes: fc.constantFrom('first\n', 'second\n') }),
  version: fc.constantFrom('1.0', '1.1'),
  packages: fc.constantFrom<readonly string[]>([], [], ['tree']),
});

/** Most edits are small: one part becomes that of another template. */
const edit = fc.tuple(
  fc.constantFrom('script', 'script', 'order', 'all', 'conf', 'version', 'packages'),
  fc.nat(3),
  content,
);

function edited(before: Content, [part, at, other]: readonly [string, number, Content]): Content {
  const name = NAMES[at] ?? '';
  if (part === 'all') return other;
  if (part === 'script')
    return { ...before, scripts: { ...before.scripts, [name]: other.scripts[name] ?? '' } };
  return { ...before, [part]: other[part as keyof Content] };
}

/** The hooks of the later template whose keys are those that they had in the earlier one. */
function untouched(before: Content, after: Content): readonly string[] {
  const isBelowSame = before.version === after.version && before.packages.join() === after.packages.join();
  const first = after.order.findIndex(
    (name, at) => name !== before.order[at] || before.scripts[name] !== after.scripts[name],
  );
  return isBelowSame ? after.order.slice(0, first === -1 ? undefined : first) : [];
}

function write(name: string, { order, scripts, conf, version, packages }: Content): void {
  const lines = (list: readonly string[]) => list.map((one) => `${one}\n`).join('');
  rig.write(`${name}/hypervisors`, 'lxc\n');
  rig.write(`${name}/version/lxc`, `template_version=${version}\n`);
  rig.write(`${name}/packages-lists/lxc`, lines(packages));
  rig.write(`${name}/hooks-lists/lxc`, lines(order));
  for (const [hook, text] of Object.entries(scripts)) rig.write(`${name}/hooks/${hook}`, text, 0o755);
  for (const [file, text] of Object.entries(conf)) rig.write(`${name}/conf/lxc/${file}`, text);
}

/** Builds a template and answers what is in the bundle, by digest; the metadata, which has the name in it, aside. */
async function built(name: string) {
  const output = rig.path(`${name}.bun`);
  const options = ['--hypervisor=lxc', '--suite=bookworm', '--force-no-sign', `--output=${output}`];
  const ran = await rig.run('mkve-bundle', [...options, rig.path(name)]);
  expect(ran.status, ran.stderr).toBe(0);
  const [view = {}] = jsonOf(await rig.mkve(['inspect', '--json', output]));
  return { ran, members: (view['metainfo'] as { readonly members: unknown }).members };
}

describe('a template that is edited at random', () => {
  it('gives after each edit the bundle that a build of all hooks anew gives', async () => {
    let names = 0;
    await fc.assert(
      fc.asyncProperty(content, fc.array(edit, { minLength: 2, maxLength: 2 }), async (first, edits) => {
        // A name of its own makes all hooks of a template run: it is in their environment.
        const same = `${rig.name}-${names++}`;
        let current = first;
        write(same, current);
        await built(same);
        for (const one of edits) {
          const before = current;
          current = edited(before, one);
          write(same, current);
          const incremental = await built(same);
          const again = stepsRan(incremental.ran).filter((step) => untouched(before, current).includes(step));
          expect(again).toEqual([]);
          const fresh = `${rig.name}-${names++}`;
          write(fresh, current);
          const clean = await built(fresh);
          expect(incremental.members).toEqual(clean.members);
          expect(stepsRan(clean.ran)).toEqual(expect.arrayContaining([...current.order]));
        }
      }),
      { numRuns: 3, endOnFailure: true },
    );
  });
});
