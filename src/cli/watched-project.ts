import { readFile, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';

import { digestOf, err, ok, type Result } from '../base/index.js';
import { type FailureMemory, SharedRun } from '../engine/index.js';
import { type Graph, type Selection, type Step, type StepId, selectTargets } from '../graph/index.js';
import { type LoadedMkvefile, loadMkvefile, type MkvefileFault } from '../mkvefile/index.js';
import { type Failure, type Problem, type Reporter, renderProblem } from '../report/index.js';
import { lineagesOf } from '../template/index.js';
import type { Loaded } from '../watch/index.js';
import { type Host, keptPlace } from './host.js';
import { LockFile, type LockPlace, lockBeside } from './lock-file.js';
import { pinnedTargets } from './pinned-targets.js';
import { compileReading, failureOf, type Project, readProject } from './project.js';
import { openSession, type Session } from './session.js';

/** A project with what builds of it share. */
export interface WatchedBuild extends Project {
  readonly session: Session;
  readonly shared: SharedRun;
  readonly jobs: number;
  readonly lock: LockFile;
  readonly meaning: Graph<Step>;
}

/** Builds overlap: one may write the lock after the next has begun. */
const MOST_LOCKS = 8;

interface LoaderRequest {
  readonly host: Host;
  /** Absolute path of the mkvefile. */
  readonly file: string;
  /** Target names or globs; none means all. */
  readonly patterns: readonly string[];
  /** What the command line says; otherwise the mkvefile does. */
  readonly jobs: number | undefined;
  /** Whether the lock has to have all that is built. */
  readonly packages: 'keep' | 'require';
  readonly network: 'allowed' | 'offline';
  readonly failures: FailureMemory;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
}

/** Reads a project again and again, and keeps what has not changed: the mkvefile when it is good, the store, the workers. */
export class ProjectLoader {
  readonly #request: LoaderRequest;
  #mkvefile: LoadedMkvefile | undefined;
  /** What the files behind the loaded mkvefile were. */
  #contents = '';
  #open: { readonly settings: string; readonly session: Session; readonly shared: SharedRun } | undefined;
  /** Sessions that a running build may still use. */
  readonly #former: Session[] = [];
  readonly #warned = new Set<string>();
  /** The latest last. */
  #locks: readonly LockFile[] = [];
  /** Changes when somebody else changes the lock. */
  #lockState = '';

  constructor(request: LoaderRequest) {
    this.#request = request;
  }

  async load(): Promise<Loaded<WatchedBuild>> {
    const fault = await this.#loadMkvefile();
    const faultReads = fault?.reads ?? [];
    const mkvefile = this.#mkvefile;
    if (mkvefile === undefined) return loaded({ failure: fault?.failure, reads: faultReads });
    const reading = readProject(mkvefile.file, mkvefile.config, this.#request.host);
    const reads = [...faultReads, ...mkvefile.reads];
    if (!reading.ok) return loaded({ failure: fault?.failure ?? reading.error, reads });
    const project = compileReading(reading.value, mkvefile.config, this.#request.host);
    this.#warn(project.warnings);
    const selection = selectTargets(project.targets, this.#request.patterns);
    const mistakes = failureOf(mkvefile.file, reading.value);
    const opened = await this.#openSession(mkvefile, project);
    const place = { ...lockBeside(mkvefile.file), isWhole: mistakes === undefined };
    const chosen = { ...project, targets: selection.targets };
    const locked = opened.ok ? await this.#lock(chosen, place, opened.value.session) : opened;
    const failure = fault?.failure ?? mistakes ?? unknownTarget(selection, project) ?? failureIn(locked);
    return loaded({
      failure,
      reads: [...reads, ...reading.value.reads, place.file],
      ...(opened.ok && locked.ok ? { project: { ...chosen, ...opened.value, ...locked.value } } : {}),
    });
  }

  async #lock(
    { graph, targets }: Project,
    place: LockPlace,
    { store }: Session,
  ): Promise<Result<Pick<WatchedBuild, 'graph' | 'lock' | 'meaning'>, Failure>> {
    const lock = await LockFile.open(place, graph);
    if (!lock.ok) return lock;
    const wanted = targets.map(({ step }) => step);
    const outdated = this.#request.packages === 'require' ? lock.value.outdated(wanted) : undefined;
    if (outdated !== undefined) return err(outdated);
    return ok({
      graph: await lock.value.graphFor(wanted, store.blobs, this.#request.packages),
      lock: lock.value,
      meaning: this.#meaningOf(graph, lock.value),
    });
  }

  /** That a build writes down what it resolved changes nothing of what is built. */
  #meaningOf(graph: Graph<Step>, lock: LockFile): Graph<Step> {
    const { text } = lock;
    const isOurs = this.#locks.some(({ written }) => written !== undefined && written === text);
    if (!isOurs && text !== this.#locks.at(-1)?.text) this.#lockState = digestOf(text ?? '');
    this.#locks = [...this.#locks, lock].slice(-MOST_LOCKS);
    const steps = [...graph.steps].map(([id, step]): [StepId, Step] => [
      id,
      step.kind === 'snapshot' ? Object.assign({ lock: this.#lockState }, step) : step,
    ]);
    return { steps: new Map(steps), inputs: graph.inputs };
  }

  async close(): Promise<void> {
    const current = this.#open === undefined ? [] : [this.#open.session];
    await Promise.all([...this.#former, ...current].map((session) => session.close()));
  }

  /** Runs the mkvefile when what it consists of has changed. A broken one leaves the last good one in force. */
  async #loadMkvefile(): Promise<MkvefileFault | undefined> {
    const { file, signal, host } = this.#request;
    const before = this.#mkvefile;
    if (before !== undefined && (await contentsOf(before.reads)) === this.#contents) return undefined;
    const started = Date.now();
    const found = await loadMkvefile({ file, signal, kept: keptPlace(host) });
    if (!found.ok) return found.error;
    this.#mkvefile = found.value;
    // What was written while it was being run may not be what ran: the next loading runs it again.
    const isSettled = (await lastChange(found.value.reads)) < started;
    this.#contents = isSettled ? await contentsOf(found.value.reads) : '';
    return undefined;
  }

  async #openSession(
    { file, config }: LoadedMkvefile,
    project: Project,
  ): Promise<Result<Pick<WatchedBuild, 'session' | 'shared' | 'jobs'>, Failure>> {
    const { host, failures } = this.#request;
    const jobs = this.#request.jobs ?? config.jobs ?? availableParallelism();
    const signing = config.sign === false ? 'none' : 'gpg';
    const lineages = lineagesOf(project.graph, project.targets);
    const settings = JSON.stringify([
      config.cache,
      config.limits,
      jobs,
      signing,
      project.source.backend,
      project.source.architecture,
    ]);
    if (this.#open?.settings !== settings) {
      const session = await openSession({
        ...{ host, scope: file, lineages, jobs, signing, network: this.#request.network },
        cacheDirectory: config.cache.directory,
        cacheLimit: config.cache.maxBytes,
        limits: config.limits,
        source: project.source,
      });
      if (!session.ok) return session;
      if (this.#open !== undefined) {
        this.#former.push(this.#open.session);
        // Other limits may let through what failed under the old ones.
        failures.forgetAll();
      }
      this.#open = { settings, session: session.value, shared: new SharedRun({ jobs, failures }) };
    }
    const { session, shared } = this.#open;
    session.last.follow(lineages);
    session.care.pin(pinnedTargets(file, config, project));
    return ok({ session, shared, jobs });
  }

  /** A warning is said once and not with every change. */
  #warn(warnings: readonly Problem[]): void {
    for (const warning of warnings) {
      const message = renderProblem(warning).join('\n');
      if (this.#warned.has(message)) continue;
      this.#warned.add(message);
      this.#request.reporter.report({ type: 'warning', message });
    }
  }
}

function loaded(parts: {
  readonly project?: WatchedBuild;
  readonly failure: Failure | undefined;
  readonly reads: readonly string[];
}): Loaded<WatchedBuild> {
  const { project, failure, reads } = parts;
  return {
    ...(project === undefined ? {} : { project }),
    ...(failure === undefined ? {} : { failure }),
    reads: new Set(reads),
  };
}

function unknownTarget({ unmatched }: Selection, { targets }: Project): Failure | undefined {
  const [wanted] = unmatched;
  return wanted === undefined
    ? undefined
    : { kind: 'target-unknown', wanted, known: targets.map(({ name }) => name) };
}

function failureIn(result: Result<unknown, Failure>): Failure | undefined {
  return result.ok ? undefined : result.error;
}

/** Milliseconds since 1970. */
async function lastChange(files: readonly string[]): Promise<number> {
  const times = files.map((file) =>
    stat(file).then(
      ({ ctimeMs }) => ctimeMs,
      () => 0,
    ),
  );
  return Math.max(0, ...(await Promise.all(times)));
}

/** Digest of the contents of files; one that cannot be read counts as empty. */
async function contentsOf(files: readonly string[]): Promise<string> {
  const contents = await Promise.all(files.map((file) => readFile(file).catch(() => Buffer.alloc(0))));
  return digestOf(contents.map(digestOf).join('\n'));
}
