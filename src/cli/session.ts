import { totalmem } from 'node:os';
import { join } from 'node:path';

import {
  type ActionDeps,
  ActionExecutor,
  loadCommandRunner,
  nameInStore,
  ToolVersions,
} from '../actions/index.js';
import { err, ok, type Result } from '../base/index.js';
import type { Executor } from '../engine/index.js';
import type { PackageSource, Step } from '../graph/index.js';
import { foreignNeeds } from '../packages/index.js';
import type { Failure } from '../report/index.js';
import type { SandboxLimits } from '../rootfs/index.js';
import { LastRuns, LastTimeline, type Lineages, openStore, type Store } from '../store/index.js';
import {
  type OtherConditions,
  startWorkers,
  type WorkerIdentity,
  type WorkerPool,
  workerIdentity,
} from '../workers/index.js';
import type { DebugShell } from './debug-shell.js';
import { DEFAULT_PATH, type Host, mkveVersion, storeRoot, toolEnvironment } from './host.js';
import { StoreCare } from './store-care.js';
import { storeLimit } from './store-limit.js';

/** Far more than building takes, and far less than what brings a machine down. */
const DEFAULT_LIMITS: SandboxLimits = { processes: 4096, memoryBytes: totalmem(), diskBytes: 50e9 };

export interface SessionRequest {
  readonly host: Host;
  readonly cacheDirectory: string | undefined;
  /** What tells this project's records of last runs from those of others. */
  readonly scope: string;
  /** The roles of the project's steps: their ids alone do not say what took the place of what. */
  readonly lineages: Lineages;
  readonly jobs: number;
  /** Bytes that the mkvefile lets the store grow to. */
  readonly cacheLimit?: number | undefined;
  /** What the mkvefile lets hooks take of the machine. */
  readonly limits?: Partial<SandboxLimits> | undefined;
  /** Whether bundles are to be signed, for what the host must have. */
  readonly signing: 'gpg' | 'none';
  /** Default: `allowed`. */
  readonly network?: 'allowed' | 'offline';
  /** Where packages come from; absent: no packages are installed. */
  readonly source?: PackageSource;
  /** Names of the host's tools that this run takes; default: all that building takes, and ranges of ids. */
  readonly tools?: readonly string[];
  /** Where steps fail, shells are opened by it. */
  readonly debug?: Pick<DebugShell, 'visit' | 'politely'> | undefined;
}

/** The composition root of everything that reads or writes the store: real implementations behind the ports. */
export interface Session {
  readonly store: Store;
  readonly last: LastRuns;
  readonly timeline: LastTimeline;
  readonly care: StoreCare;
  /** For what is done inside and is no step. */
  readonly workers: Pick<WorkerPool, 'call'>;
  readonly executor: Executor<Step>;
  /** For work inside that is no step of a build. */
  readonly actions: ActionDeps;
  /** What the host lacks for any step to run. */
  readonly preflight: () => Promise<Failure | undefined>;
  /** Runs steps as the session does, but under other conditions, and without anything that was packed before. */
  otherwise(): Otherwise;
  /** Ends the workers, and with them whatever still runs inside. */
  close(): Promise<void>;
}

export interface Otherwise {
  readonly executor: Executor<Step>;
  close(): Promise<void>;
}

export async function openSession(request: SessionRequest): Promise<Result<Session, Failure>> {
  const { host } = request;
  const root = storeRoot(host, request.cacheDirectory);
  const writer = host.caller.uid === 0 ? workerIdentity(host.caller) : undefined;
  const store = await openStore(root, { owner: writer, clock: host.date });
  if (!store.ok) return err({ kind: 'store-broken', ...store.error });
  const limit = storeLimit(host, request.cacheLimit, root);
  if (!limit.ok) return limit;
  const pool = new LazyPool(request, { store: store.value, writer, conditions: 'usual' });
  const last = LastRuns.onDisk(store.value.lastDirectory, request.scope);
  last.follow(request.lineages);
  const deps: ActionDeps = {
    caller: host.caller,
    store: store.value,
    workers: pool,
    tools: new ToolVersions(host.env['PATH'] ?? DEFAULT_PATH, join(store.value.lastDirectory, 'tools.json')),
    runner: loadCommandRunner,
    preflight: () => pool.preflight(),
    environment: toolEnvironment(host),
    limits: { ...DEFAULT_LIMITS, ...request.limits },
    network: request.network ?? 'allowed',
    writer,
    ...(request.debug === undefined ? {} : { visitFailure: request.debug.visit }),
    version: mkveVersion(),
  };
  const executor = new ActionExecutor(deps);
  return ok({
    store: store.value,
    last,
    timeline: new LastTimeline(store.value.lastDirectory, request.scope, host.date),
    care: new StoreCare({ store: store.value, last, workers: pool, limit: limit.value, date: host.date }),
    workers: pool,
    executor: request.debug?.politely(executor) ?? executor,
    actions: deps,
    preflight: deps.preflight,
    otherwise: () => {
      const other = new LazyPool(request, { store: store.value, writer, conditions: 'other' });
      return { executor: new ActionExecutor({ ...deps, workers: other }), close: () => other.stop() };
    },
    close: () => pool.stop(),
  });
}

interface PoolSettings {
  readonly store: Store;
  readonly writer: WorkerIdentity | undefined;
  readonly conditions: 'usual' | 'other';
}

/** Workers, looked for and started only when there is work. */
class LazyPool {
  readonly #request: SessionRequest;
  readonly #settings: PoolSettings;
  #started: Promise<Result<WorkerPool, Failure>> | undefined;
  #checked: Promise<Failure | undefined> | undefined;
  /** The segments of other conditions. */
  #staging: string | undefined;

  constructor(request: SessionRequest, settings: PoolSettings) {
    this.#request = request;
    this.#settings = settings;
  }

  /** What the host lacks, found out before the first step runs. */
  preflight(): Promise<Failure | undefined> {
    this.#checked ??= this.#check();
    return this.#checked;
  }

  async call(...call: Parameters<WorkerPool['call']>): ReturnType<WorkerPool['call']> {
    this.#started ??= this.#start();
    const pool = await this.#started;
    return pool.ok ? pool.value.call(...call) : pool;
  }

  async stop(): Promise<void> {
    const pool = await this.#started;
    if (pool?.ok === true) await pool.value.stop();
    if (this.#staging !== undefined) await this.#settings.store.staging.remove(this.#staging);
  }

  async #check(): Promise<Failure | undefined> {
    const { missingNeeds } = await import('./doctor/index.js');
    const { host, signing, tools, source } = this.#request;
    const { caller, env } = host;
    const only = tools === undefined ? {} : { only: tools };
    const backend = source === undefined ? {} : { backend: source.backend };
    const path = env['PATH'] ?? DEFAULT_PATH;
    const foreign = source === undefined ? [] : foreignNeeds(source, host.architecture);
    const needs = [...missingNeeds({ caller, path, signing, ...backend, ...only }), ...foreign];
    return needs.length === 0 ? undefined : { kind: 'host-lacks', needs };
  }

  async #start(): Promise<Result<WorkerPool, Failure>> {
    const { host, jobs } = this.#request;
    const path = host.env['PATH'] ?? DEFAULT_PATH;
    const conditions = await this.#conditions();
    const pool = startWorkers({
      caller: host.caller,
      storeRoot: this.#settings.store.root,
      ...(conditions === undefined ? {} : { conditions }),
      node: host.node,
      jobs,
      path,
    });
    if (pool.ok) await this.#sweep(pool.value);
    return pool;
  }

  async #conditions(): Promise<OtherConditions | undefined> {
    const { store, writer, conditions } = this.#settings;
    if (conditions === 'usual') return undefined;
    this.#staging = await store.staging.create('check');
    return { segments: nameInStore(store, await store.staging.createInside(this.#staging, writer)) };
  }

  /** Takes away what killed processes left half done. */
  async #sweep(pool: WorkerPool): Promise<void> {
    const { store } = this.#settings;
    for (const directory of await store.staging.abandoned()) {
      const path = nameInStore(store, directory);
      const options = { output: () => undefined, signal: new AbortController().signal };
      await pool.call('remove-tree', { path }, options);
      await store.staging.remove(directory);
    }
  }
}
