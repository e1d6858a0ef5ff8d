import { resolve } from 'node:path';

import { FailureMemory } from '../../engine/index.js';
import { findMkvefile } from '../../mkvefile/index.js';
import type { Reporter } from '../../report/index.js';
import { ChokidarFileSource, Watcher } from '../../watch/index.js';
import { type Command, fail } from '../main.js';
import { jobsOf, noMkvefile } from '../open-project.js';
import { has, lastOf, type mkveCommands, type OptionNames, type ParsedOptions } from '../options/index.js';
import { reasonsOf, reportingOf, withReporter } from '../reporters.js';
import { startRun } from '../run-build.js';
import { ProjectLoader, type WatchedBuild } from '../watched-project.js';

type Options = ParsedOptions<OptionNames<typeof mkveCommands.watch.options>>;

/** Editors write a file in several steps, within a few milliseconds. */
const QUIET_MS = 40;

/** `mkve watch`: builds until it is told to end. */
export async function watchCommand(command: Command, options: Options): Promise<number> {
  const { streams, host } = command;
  const jobs = jobsOf(lastOf(options, 'jobs'));
  if (!jobs.ok) return fail('mkve', jobs.error, streams);
  const named = lastOf(options, 'file');
  const file = named === undefined ? await findMkvefile(host.cwd) : resolve(host.cwd, named);
  if (file === undefined) return fail('mkve', noMkvefile(host.cwd), streams);
  const request = { ...reportingOf(options), reasons: reasonsOf(options) };
  const watched = await withReporter(command, request, (reporter) =>
    watch(command, {
      ...{ file, patterns: options.operands, jobs: jobs.value, reporter },
      packages: has(options, 'locked') ? 'require' : 'keep',
      network: has(options, 'offline') ? 'offline' : 'allowed',
    }),
  );
  return watched.ok ? 0 : fail('mkve', watched.error, streams);
}

interface WatchRequest {
  readonly file: string;
  readonly patterns: readonly string[];
  readonly jobs: number | undefined;
  readonly packages: 'keep' | 'require';
  readonly network: 'allowed' | 'offline';
  readonly reporter: Reporter;
}

async function watch({ host, signal }: Command, request: WatchRequest): Promise<void> {
  const { reporter } = request;
  const failures = new FailureMemory();
  const loader = new ProjectLoader({ host, failures, signal, ...request });
  const watcher = new Watcher<WatchedBuild>({
    load: () => loader.load(),
    build: (project, targets) =>
      startRun({
        graph: project.graph,
        targets: project.targets.filter((target) => targets.includes(target)),
        session: project.session,
        ...(request.packages === 'require' ? {} : { lock: project.lock }),
        shared: project.shared,
        reporter,
        jobs: project.jobs,
        onFailure: 'keep-going',
        forced: new Set(),
        signal,
        now: host.now,
      }),
    files: (listener) => new ChokidarFileSource(listener),
    reporter,
    quietMs: QUIET_MS,
  });
  const stopListening = onEnter(() => {
    failures.forgetAll();
    watcher.retry();
  });
  try {
    await watcher.run(signal);
  } finally {
    stopListening();
    await loader.close();
  }
}

/** Calls back for every line typed at a terminal. */
function onEnter(callback: () => void): () => void {
  const { stdin } = process;
  if (!stdin.isTTY) return () => undefined;
  stdin.on('data', callback);
  return () => {
    stdin.off('data', callback);
    stdin.pause();
  };
}
