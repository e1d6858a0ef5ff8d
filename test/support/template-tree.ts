import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { onTestFinished } from 'vitest';

import { type NativeTemplateRequest, readNativeTemplate } from '../../src/template/index.js';

/** The stock hooks of this checkout. */
export const stockHooks = join(import.meta.dirname, '../../src/stock/hooks');

/** Files by path; a list stands for its lines. */
export type Tree = Readonly<Record<string, string | Uint8Array | readonly string[]>>;

/** A directory of the running test's own, removed when it ends. */
export function privateDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'mkve-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Writes files below a directory; those in a `hooks` directory become executable. */
export function writeTree(directory: string, tree: Tree): void {
  for (const [path, content] of Object.entries(tree)) {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    const bytes =
      typeof content === 'string' || content instanceof Uint8Array ? content : `${content.join('\n')}\n`;
    writeFileSync(file, bytes, { mode: path.split('/').includes('hooks') ? 0o755 : 0o644 });
  }
}

/** The least that is a template, for openvz. */
export const leastTemplate: Tree = {
  hypervisors: 'openvz\n',
  'version/openvz': 'template_version=0.02\n',
  'packages-lists/openvz': 'less\n',
};

/** Writes a template into a new directory named `web`: the least one with changes; a file of `null` is left out. */
export function templateWith(changes: Readonly<Record<string, Tree[string] | null>>): string {
  const directory = join(privateDirectory(), 'web');
  mkdirSync(directory);
  const tree = Object.entries({ ...leastTemplate, ...changes }).filter(
    (pair): pair is [string, Tree[string]] => pair[1] !== null,
  );
  writeTree(directory, Object.fromEntries(tree));
  return directory;
}

/** Reads a template with the stock hooks of this checkout. */
export function readTemplate(directory: string, request: Partial<NativeTemplateRequest> = {}) {
  return readNativeTemplate({ directory, hookDirectories: [], stockHookDirectory: stockHooks, ...request });
}

/** All that was said about a template, as `file:line severity: message`. */
export function said(reading: ReturnType<typeof readNativeTemplate>): readonly string[] {
  const problems = reading.ok ? reading.value.warnings : reading.error.problems;
  return problems.map(
    ({ file, line, severity, message }) =>
      `${file}${line === undefined ? '' : `:${line}`} ${severity}: ${message}`,
  );
}
