import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';

import { err, ok, type Result } from '../base/index.js';
import { findMkvefile, keepCompiled, loadMkvefile } from '../mkvefile/index.js';
import { type Failure, renderProblem } from '../report/index.js';
import { lineagesOf } from '../template/index.js';
import { keptPlace } from './host.js';
import { LockFile, lockBeside } from './lock-file.js';
import type { Command } from './main.js';
import { has, lastOf, type ParsedOptions } from './options/index.js';
import { pinnedTargets } from './pinned-targets.js';
import { compileProject, type Project } from './project.js';
import { openSession, type Session, type SessionRequest } from './session.js';

/** A project with its store open: what commands on an mkvefile work with. Its graph has what is locked in its steps. */
export interface OpenProject extends Project {
  readonly session: Session;
  readonly jobs: number;
  readonly lock: LockFile;
}

/** Finds and loads the mkvefile, compiles it and opens its store. Warnings are said at once. */
export async function openProject(
  command: Command,
  options: ParsedOptions<'file' | 'jobs' | 'offline'>,
  more: Pick<SessionRequest, 'debug'> = {},
): Promise<Result<OpenProject, Failure>> {
  const { host, signal, streams } = command;
  const jobs = jobsOf(lastOf(options, 'jobs'));
  if (!jobs.ok) return jobs;
  const named = lastOf(options, 'file');
  const file = named === undefined ? await findMkvefile(host.cwd) : resolve(host.cwd, named);
  if (file === undefined) return err(noMkvefile(host.cwd));
  const loaded = await loadMkvefile({ file, signal, kept: keptPlace(host) });
  if (!loaded.ok) return err(loaded.error.failure);
  const { config } = loaded.value;
  const project = compileProject(file, config, host);
  if (!project.ok) return project;
  for (const warning of project.value.warnings) for (const line of renderProblem(warning)) streams.err(line);
  const lock = await LockFile.open(lockBeside(file), project.value.graph);
  if (!lock.ok) return lock;
  const many = jobs.value ?? config.jobs ?? availableParallelism();
  const signing = config.sign === false ? 'none' : 'gpg';
  const session = await openSession({
    host,
    cacheDirectory: config.cache.directory,
    cacheLimit: config.cache.maxBytes,
    limits: config.limits,
    scope: file,
    lineages: lineagesOf(project.value.graph, project.value.targets),
    jobs: many,
    signing,
    source: project.value.source,
    network: has(options, 'offline') ? 'offline' : 'allowed',
    ...more,
  });
  if (!session.ok) return session;
  await keepCompiled(file, keptPlace(host));
  session.value.care.pin(pinnedTargets(file, config, project.value));
  const { graph } = lock.value;
  return ok({ ...project.value, graph, session: session.value, jobs: many, lock: lock.value });
}

export function jobsOf(text: string | undefined): Result<number | undefined, Failure> {
  if (text === undefined) return ok(undefined);
  if (/^[1-9]\d{0,3}$/.test(text)) return ok(Number(text));
  return err({ kind: 'usage-wrong', message: `--jobs takes a whole number from 1 to 9999, found '${text}'` });
}

export function noMkvefile(directory: string): Failure {
  const message = `there is no mkvefile.ts in ${directory} or above`;
  return { kind: 'usage-wrong', message, hint: 'name one with --file' };
}
