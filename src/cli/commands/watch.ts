import { resolve } from 'node:path';

import { FailureMemory } from '../../engine/index.js';
import { findMkvefile } from '../../mkvefile/index.js';
import { ChokidarFileSource, Watcher } from '../../watch/index.js';
import { type Command, fail } from '../main.js';
import { jobsOf, noMkvefile } from '../open-project.js';
import { has, lastOf, type mkveCommands, type OptionNames, type ParsedOptions } from '../options/index.js';
import { openReporter, verbosityOf } from '../reporters.js';
import { startRun } from '../run-build.js';
import { ProjectLoader, type WatchedBuild } from '../watched-project.js';
import { formatOf } from './build.js';

type Options = ParsedOptions<OptionNames<typeof mkveCommands.watch.options>>;

/** Editors write a file in several steps, within a few milliseconds. */
const QUIET_MS = 40;

/** `mkve watch`: builds until it is told to end. */
export async function watchCommand(command: Command, options: Options): Promise<number> {
  const { streams, signal, host } = command;
  const jobs = jobsOf(lastOf(options, 'jobs'));
  if (!jobs.ok) return fail('mkve', jobs.error, streams);
  const named = lastOf(options, 'file');
  const file = named === undefined ? await findMkvefile(host.cwd) : resolve(host.cwd, named);
  if (file === undefined) return fail('mkve', noMkvefile(host.cwd), streams);
  const opened = openReporter({
    streams,
    format: formatOf(options),
    verbosity: verbosityOf({ verbose: has(options, 'verbose'), quiet: has(options, 'quiet') }),
    reasons: has(options, 'explain') ? 'shown' : 'hidden',
  });
  if (!opened.ok) return fail('mkve', opened.error, streams);
  const { reporter } = opened.value;
  const failures = new FailureMemory();
  const patterns = options.operands;
  const loader = new ProjectLoader({ host, file, patterns, jobs: jobs.value, failures, reporter, signal });
  const watcher = new Watcher<WatchedBuild>({
    load: () => loader.load(),
    build: (project, targets) =>
      startRun({
        graph: project.graph,
        targets: project.targets.filter((target) => targets.includes(target)),
        session: project.session,
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
    return 0;
  } finally {
    stopListening();
    await loader.close();
    opened.value.close();
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
