import {
  type ActionDeps,
  ActionExecutor,
  loadCommandRunner,
  nameInStore,
  type OtherConditions,
  startWorkers,
} from '../actions/index.js';
import { err, ok, type Result } from '../base/index.js';
import type { Executor } from '../engine/index.js';
import type { Step } from '../graph/index.js';
import type { Failure } from '../report/index.js';
import { type WorkerIdentity, type WorkerPool, workerIdentity } from '../rootfs/index.js';
import { LastRuns, LastTimeline, type Lineages, openStore, type Store } from '../store/index.js';
import { DEFAULT_PATH, type Host, mkveVersion, storeRoot, toolEnvironment } from './host.js';

export interface SessionRequest {
  readonly host: Host;
  readonly cacheDirectory: string | undefined;
  /** What tells this project's records of last runs from those of others. */
  readonly scope: string;
  /** The roles of the project's steps: their ids alone do not say what took the place of what. */
  readonly lineages: Lineages;
  readonly jobs: number;
  /** Whether bundles are to be signed, for what the host must have. */
  readonly signing: 'gpg' | 'none';
  /** Default: `allowed`. */
  readonly network?: 'allowed' | 'offline';
  /** Names of the host's tools that this run takes; default: all that building takes, and ranges of ids. */
  readonly tools?: readonly string[];
}

/** The composition root of everything that reads or writes the store: real implementations behind the ports. */
export interface Session {
  readonly store: Store;
  readonly last: LastRuns;
  readonly timeline: LastTimeline;
  readonly executor: Executor<Step>;
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
  const store = await openStore(root, writer);
  if (!store.ok) return err({ kind: 'store-broken', ...store.error });
  const pool = new LazyPool(request, { store: store.value, writer, conditions: 'usual' });
  const last = LastRuns.onDisk(store.value.lastDirectory, request.scope);
  last.follow(request.lineages);
  const deps: ActionDeps = {
    store: store.value,
    workers: pool,
    runner: loadCommandRunner,
    preflight: () => pool.preflight(),
    environment: toolEnvironment(host),
    network: request.network ?? 'allowed',
    writer,
    version: mkveVersion(),
  };
  return ok({
    store: store.value,
    last,
    timeline: new LastTimeline(store.value.lastDirectory, request.scope, host.date),
    executor: new ActionExecutor(deps),
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
    const { host, signing, tools } = this.#request;
    const { caller, env } = host;
    const only = tools === undefined ? {} : { only: tools };
    const needs = missingNeeds({ caller, path: env['PATH'] ?? DEFAULT_PATH, signing, ...only });
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
