import { resolve } from 'node:path';

import { closestTo } from '../base/index.js';

/** Where bundles go, before the placeholders have values. Only `outputFor` turns it into a path. */
export interface OutputPattern {
  /** What a relative pattern is relative to; may hold braces, which stay as they are. */
  readonly directory: string;
  /** As written: `out/{name}-{hypervisor}.bun`. */
  readonly pattern: string;
}

/** What the placeholders of an output stand for in one target. */
export interface OutputValues {
  readonly name: string;
  readonly hypervisor: string;
  readonly version: string;
  readonly arch: string;
}

export const DEFAULT_OUTPUT = 'out/{name}-{hypervisor}.bun';

const PLACEHOLDERS: readonly (keyof OutputValues)[] = ['name', 'hypervisor', 'version', 'arch'];
const PLACEHOLDER = /\{([^{}]*)\}/g;

/** The absolute path of one target's bundle; `.bun` is appended where it is missing. */
export function outputFor(output: OutputPattern, values: OutputValues): string {
  const filled = output.pattern.replace(PLACEHOLDER, (written, name: string) =>
    isPlaceholder(name) ? values[name] : written,
  );
  return resolve(output.directory, filled.endsWith('.bun') ? filled : `${filled}.bun`);
}

/** What is wrong with a pattern, one clause each; nothing when it is good. */
export function mistakesInPattern(pattern: string): readonly string[] {
  const mistakes: string[] = [];
  for (const [written, name = ''] of pattern.matchAll(PLACEHOLDER)) {
    if (isPlaceholder(name)) continue;
    const near = closestTo(name, PLACEHOLDERS);
    const remedy = near === undefined ? `known are ${KNOWN}` : `did you mean {${near}}?`;
    mistakes.push(`unknown placeholder ${written}; ${remedy}`);
  }
  if (/[{}]/.test(pattern.replace(PLACEHOLDER, '')))
    mistakes.push(`a brace without its partner in '${pattern}'`);
  if (pattern === '' || pattern.endsWith('/'))
    mistakes.push(`expected the path of a file, found '${pattern}'`);
  return mistakes;
}

const KNOWN = PLACEHOLDERS.map((name) => `{${name}}`).join(', ');

function isPlaceholder(name: string): name is keyof OutputValues {
  return (PLACEHOLDERS as readonly string[]).includes(name);
}
