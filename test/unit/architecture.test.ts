import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import {
  findCycle,
  folderOf,
  importsOf,
  packageOf,
  readSources,
  resolveImport,
  withoutComments,
} from '../support/source-imports.js';

/**
 * The table of folders in ARCHITECTURE.md, enforced. `base` is open to all. A folder that is named with `types`
 * may be imported by `import type` only.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  graph: [],
  tree: [],
  hypervisor: [],
  store: ['tree (types)'],
  bundle: ['tree', 'hypervisor', 'store'],
  pack: ['tree', 'store'],
  report: ['graph (types)', 'store (types)'],
  lock: ['graph', 'report (types)'],
  template: ['graph', 'hypervisor', 'report'],
  mkvefile: ['template', 'report'],
  engine: ['graph', 'report', 'store'],
  workers: ['report (types)'],
  rootfs: ['tree', 'store', 'report', 'workers'],
  packages: ['rootfs', 'report', 'graph (types)'],
  actions: [
    ...['graph', 'tree', 'hypervisor', 'store', 'bundle', 'pack', 'report', 'rootfs', 'packages'],
    ...['workers', 'engine (types)'],
  ],
  watch: ['graph', 'engine', 'template', 'mkvefile', 'report'],
  cli: [
    ...['graph', 'tree', 'hypervisor', 'store', 'bundle', 'pack', 'report', 'template', 'mkvefile', 'engine'],
    ...['workers', 'rootfs', 'packages', 'actions', 'watch', 'lock'],
  ],
};

/** Where the table above is wider than that of the design, and why. */
const DEVIATIONS: Readonly<Record<string, string>> = {
  'report -> store (types)': 'the recorder of a timeline makes what the store keeps',
  'packages -> graph (types)':
    'a backend is told where packages come from, which steps carry as PackageSource',
  'rootfs -> workers':
    'namespaces and the processes in them, as their caller sees them, are a folder of their own',
  'watch -> graph': 'what a change affects is seen by comparing the graphs before and after it',
};

/** Who may import a package. Whatever is not named here nobody may. */
const PACKAGES: Readonly<Record<string, string>> = {
  execa: 'actions/command-runner.ts',
  'fast-string-truncated-width': 'report/terminal/text-width.ts',
  'p-limit': 'engine/',
  chokidar: 'watch/',
  tsx: 'mkvefile/',
  esbuild: 'mkvefile/compiled.ts',
  tar: 'bundle/',
  zod: 'mkvefile/',
};

/**
 * What reads or changes the process or the clock belongs to cli/; each exception with its reason. `process.arch`
 * and `process.versions` never change while a program runs, so they are no state.
 */
const AMBIENT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'actions/inside/worker.ts': {
    'Date.now': 'what a worker takes from the store it marks with the time, as its caller does',
    'process.argv': 'the entry of a worker is told where the store lies',
  },
  'actions/run-hasher.ts': {
    'process.kill': 'hasher has to be stopped by its process group, for which Node has no other function',
  },
  'mkvefile/compiled.ts': {
    'process.getBuiltinModule': 'what an mkvefile imports of Node, which is the same for everybody',
  },
  'rootfs/attach.ts': {
    'process.kill': 'what leads inside is stopped as a process group, for which Node has no other function',
  },
  'rootfs/worker-host.ts': {
    'process.on': 'the channel to the parent is how a worker is spoken to',
    'process.send': 'the channel to the parent is how a worker answers',
    'process.exit': 'a worker without its parent has nothing left to do',
  },
  'store/identity.ts': { 'process.pid': 'locks and staging directories say whose they are' },
};

/** Folders that nothing may import have no door. */
const WITHOUT_DOOR: Readonly<Record<string, string>> = {
  cli: 'the entry points mkve.ts, mkve-bundle.ts and their like are started and never imported',
  stock: 'shell scripts',
};

const src = join(import.meta.dirname, '../../src');
const sources = readSources(src);
const folders = [...new Set(sources.map(({ path }) => folderOf(path)))];

/** Every import from one folder of src to another. */
const crossings = sources.flatMap(({ path, imports }) =>
  imports.flatMap(({ specifier, kind }) => {
    const to = resolveImport(path, specifier);
    return to === undefined || folderOf(to) === folderOf(path) ? [] : [{ path, to, kind }];
  }),
);

describe('the folders of src', () => {
  it('are those of the table', () => {
    const known = new Set([...Object.keys(MAY_IMPORT), ...Object.keys(WITHOUT_DOOR)]);
    expect(readdirSync(src).filter((name) => !known.has(name))).toEqual([]);
    expect(folders.length).toBeGreaterThan(10);
  });

  it('import only what the table lets them', () => {
    const wrong = crossings.filter(({ path, to, kind }) => {
      const allowed = ['base', ...(MAY_IMPORT[folderOf(path)] ?? [])];
      const folder = folderOf(to);
      return !allowed.includes(folder) && !(kind === 'type' && allowed.includes(`${folder} (types)`));
    });
    expect(wrong).toEqual([]);
  });

  it('import each other through the door only', () => {
    expect(crossings.filter(({ to }) => to !== `${folderOf(to)}/index.ts`)).toEqual([]);
  });

  it('import no higher level: the table itself has no circle', () => {
    const table = Object.entries(MAY_IMPORT).map(
      ([folder, allowed]) => [folder, allowed.map((name) => name.replace(' (types)', ''))] as const,
    );
    expect(findCycle(new Map(table))).toBeUndefined();
  });

  it('deviate from the design for a reason that still holds', () => {
    for (const deviation of Object.keys(DEVIATIONS)) {
      const [from = '', to = ''] = deviation.split(' -> ');
      expect(MAY_IMPORT[from]).toContain(to);
      const folder = to.replace(' (types)', '');
      expect(
        crossings.some(({ path, to: file }) => folderOf(path) === from && folderOf(file) === folder),
      ).toBe(true);
    }
  });

  it('have a door that is a table of contents and nothing else', () => {
    for (const folder of folders.filter((name) => !(name in WITHOUT_DOOR))) {
      const door = sources.find(({ path }) => path === `${folder}/index.ts`);
      const statements = door?.code.split(';').map((statement) => statement.trim()) ?? ['no door'];
      expect([
        folder,
        statements.filter((text) => text !== '' && !/^export\b[^;]*\bfrom '/.test(text)),
      ]).toEqual([folder, []]);
    }
  });
});

describe('the engine', () => {
  it('never hears of actions, templates, bundles, packages or hypervisors, not even through others', () => {
    const reached = new Set<string>(['engine']);
    for (const folder of reached)
      for (const { path, to } of crossings) if (folderOf(path) === folder) reached.add(folderOf(to));
    for (const unheard of ['actions', 'template', 'bundle', 'packages', 'hypervisor', 'rootfs', 'pack'])
      expect(reached).not.toContain(unheard);
  });
});

describe('the files of src', () => {
  it('import files that are there', () => {
    const missing = sources.flatMap(({ path, imports }) =>
      imports
        .map(({ specifier }) => resolveImport(path, specifier))
        .filter((to) => to !== undefined && !existsSync(join(src, to)))
        .map((to) => `${path} -> ${to}`),
    );
    expect(missing).toEqual([]);
  });

  it('import each other without circles', () => {
    const edges = sources.map(({ path, imports }) => {
      const atRunTime = imports.filter(({ kind }) => kind !== 'type');
      return [path, atRunTime.flatMap(({ specifier }) => resolveImport(path, specifier) ?? [])] as const;
    });
    expect(findCycle(new Map(edges))).toBeUndefined();
  });

  it('leave each package to its one importer', () => {
    const wrong = sources.flatMap(({ path, imports }) =>
      imports
        .map(({ specifier }) => packageOf(specifier))
        .filter((name) => name !== undefined && !path.startsWith(PACKAGES[name] ?? 'nobody'))
        .map((name) => `${path} -> ${name}`),
    );
    expect(wrong).toEqual([]);
    const manifest = JSON.parse(readFileSync(join(src, '../package.json'), 'utf8')) as {
      dependencies: object;
    };
    expect(Object.keys(PACKAGES).sort()).toEqual(Object.keys(manifest.dependencies).sort());
  });

  it('read no environment, working directory or clock and print nothing below cli', () => {
    const ambient =
      /(?<![.\w])(process\.(?!arch\b|versions\b)\w+|console\.\w+|Date\.now|new Date\(\)|performance\.\w+|homedir\(|tmpdir\(|userInfo\()/g;
    const found = sources
      .filter(({ path }) => folderOf(path) !== 'cli')
      .flatMap(({ path, code }) => [...code.matchAll(ambient)].map(([word]) => [path, word] as const));
    expect(found.filter(([path, word]) => AMBIENT[path]?.[word] === undefined)).toEqual([]);
    for (const [path, words] of Object.entries(AMBIENT))
      for (const word of Object.keys(words)) expect(found).toContainEqual([path, word]);
  });

  it('name files beside them in a way that holds in dist/chunks, where the build puts what programs share', () => {
    const wrong = sources.flatMap(({ path, code }) =>
      [...code.matchAll(/new URL\(\s*[`']([^`']*)[`'],\s*import\.meta\.url/g)]
        .filter(([, url = '']) => !url.startsWith('../') || path.split('/').length !== 2)
        .map(([text]) => [path, text]),
    );
    expect(wrong).toEqual([]);
  });

  it('take the process from nowhere but the global', () => {
    const importers = sources.filter(({ imports }) =>
      imports.some(({ specifier }) => specifier === 'node:process'),
    );
    expect(importers.map(({ path }) => path)).toEqual([]);
  });

  it('are at most 300 lines long', () => {
    expect(sources.filter(({ lines }) => lines > 300).map(({ path }) => path)).toEqual([]);
  });
});

describe('the reader of imports behind these tests', () => {
  const text = `
import { a } from './a.js';
import type { B } from '../b/index.js';
import { type C, type D } from './c.js';
import { type E, f } from './e.js';
import * as tar from 'tar/parse';
import
  './effect.js';
export { g } from './g.js';
export type { H } from './h.js';
export const text = 'import x from y';
// import { no } from './comment.js';
/* import { no } from './comment.js'; */
const glob = \`\${x}/*\`; const lazy = () => import('./lazy.js');
let module: typeof import('./module.js');
const template = \`
import { no } from './template.js';
\`;
`;

  it('finds every kind of import, and none in comments and templates', () => {
    expect(importsOf(withoutComments(text)).map(({ specifier, kind }) => `${kind} ${specifier}`)).toEqual([
      'static ./a.js',
      'type ../b/index.js',
      'type ./c.js',
      'static ./e.js',
      'static tar/parse',
      'static ./effect.js',
      'static ./g.js',
      'type ./h.js',
      'dynamic ./lazy.js',
      'type ./module.js',
    ]);
  });

  it('knows packages from files and from modules of Node', () => {
    expect(['tar/parse', '@scope/name/deep', './x.js', 'node:fs'].map(packageOf)).toEqual([
      'tar',
      '@scope/name',
      undefined,
      undefined,
    ]);
  });

  it('finds circles', () => {
    expect(
      findCycle(
        new Map([
          ['a', ['b']],
          ['b', ['c', 'd']],
          ['d', ['b']],
        ]),
      ),
    ).toEqual(['b', 'd', 'b']);
    expect(
      findCycle(
        new Map([
          ['a', ['b', 'c']],
          ['b', ['c']],
        ]),
      ),
    ).toBeUndefined();
  });
});
