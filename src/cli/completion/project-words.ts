import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';

import { knownHypervisors } from '../../hypervisor/index.js';
import { findMkvefile, loadMkvefile } from '../../mkvefile/index.js';
import { type Host, keptPlace } from '../host.js';
import { compileReading, type Project, readProject } from '../project.js';
import { INSTALLED_TEMPLATES } from '../template-place.js';
import type { ProjectWords } from './candidates.js';

/**
 * What the mkvefile knows by name. Whatever is wrong with it, nobody who is typing wants to hear: there are fewer words then.
 * @param words of the command line: one of them may name the mkvefile
 */
export function projectWords(host: Host, words: readonly string[]): ProjectWords {
  let project: Promise<Project | undefined> | undefined;
  const load = () => {
    project ??= readWords(host, words);
    return project;
  };
  return {
    targets: async () => ((await load())?.targets ?? []).flatMap(({ name }) => name),
    steps: async () => [...((await load())?.graph.steps.keys() ?? [])],
    templates: () => Promise.resolve(installedTemplates()),
    hypervisors: async () => {
      const built = ((await load())?.targets ?? []).map(({ name }) => name.split('/')[1] ?? '');
      return [...new Set([...built, ...knownHypervisors])].sort();
    },
  };
}

async function readWords(host: Host, words: readonly string[]): Promise<Project | undefined> {
  const named = mkvefileIn(words);
  const file = named === undefined ? await findMkvefile(host.cwd) : resolve(host.cwd, named);
  if (file === undefined) return undefined;
  const loaded = await loadMkvefile({ file, kept: keptPlace(host) });
  if (!loaded.ok) return undefined;
  const { config } = loaded.value;
  const reading = readProject(file, config, host);
  return reading.ok ? compileReading(reading.value, config, host) : undefined;
}

function mkvefileIn(words: readonly string[]): string | undefined {
  const at = words.findIndex((word) => word === '-f' || word === '--file');
  if (at !== -1 && at < words.length - 2) return words[at + 1];
  return words.find((word) => word.startsWith('--file='))?.slice('--file='.length);
}

function installedTemplates(): readonly string[] {
  try {
    return readdirSync(INSTALLED_TEMPLATES);
  } catch {
    return [];
  }
}
