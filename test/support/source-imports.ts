import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';

/** One import, re-export or dynamic import of a source file. */
export interface Import {
  /** As written: `../base/index.js`, `node:fs`, `p-limit`. */
  readonly specifier: string;
  /** `type`: nothing of it is left at run time. */
  readonly kind: 'static' | 'dynamic' | 'type';
}

export interface Source {
  /** Relative to src: `engine/scheduler.ts`. */
  readonly path: string;
  /** Without comments. */
  readonly code: string;
  readonly lines: number;
  readonly imports: readonly Import[];
}

/** Every TypeScript file below a directory. */
export function readSources(root: string): readonly Source[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && statSync(join(root, path)).isFile())
    .sort()
    .map((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      const code = withoutComments(text);
      return { path, code, lines: text.split('\n').length - 1, imports: importsOf(code) };
    });
}

/** Strings and templates are read over; a regular expression with a quote in it ends with its line. */
const PART = /('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")|(`(?:\\.|[^`\\])*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;

export function withoutComments(text: string): string {
  return text.replace(PART, (_, quoted?: string, template?: string) => quoted ?? template ?? ' ');
}

/** Of code without comments. What stands in a template is text for another program. */
export function importsOf(code: string): readonly Import[] {
  const own = code.replace(PART, (part, _, template?: string) => (template === undefined ? part : '``'));
  const statement = /^\s*(import|export)\s+(type\s+)?([^;'"]*?\bfrom\s+)?'([^']+)'/gm;
  const found: Import[] = [];
  for (const [, keyword, type, clause = '', specifier = ''] of own.matchAll(statement)) {
    if (keyword === 'export' && clause === '') continue;
    found.push({ specifier, kind: type !== undefined || onlyTypes(clause) ? 'type' : 'static' });
  }
  for (const [, isType, specifier = ''] of own.matchAll(/(\btypeof\s+)?\bimport\(\s*'([^']+)'/g))
    found.push({ specifier, kind: isType === undefined ? 'dynamic' : 'type' });
  return found;
}

/** `{ type A, type B } from`: the module is loaded all the same, yet nothing but types is used of it. */
function onlyTypes(clause: string): boolean {
  const names = /^\{([^}]*)\}/
    .exec(clause.trim())?.[1]
    ?.split(',')
    .map((name) => name.trim());
  return names?.filter((name) => name !== '').every((name) => name.startsWith('type ')) ?? false;
}

/** The file that a relative specifier means, relative to src. */
export function resolveImport(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts');
}

/** The name of the package that a specifier means; nothing for a file or a module of Node. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return undefined;
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

export function folderOf(path: string): string {
  return path.split('/', 1)[0] ?? '';
}

/** The first circle among the files, as the files on it. */
export function findCycle(imports: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const finished = new Set<string>();
  const visit = (file: string, way: readonly string[]): readonly string[] | undefined => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (finished.has(file)) return undefined;
    for (const next of imports.get(file) ?? []) {
      const cycle = visit(next, [...way, file]);
      if (cycle !== undefined) return cycle;
    }
    finished.add(file);
    return undefined;
  };
  for (const file of imports.keys()) {
    const cycle = visit(file, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
