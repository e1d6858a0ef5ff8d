import { resolve } from 'node:path';

import { loadCommandRunner } from '../../../actions/index.js';
import { assertNever, type Digest, err, hexOf, ok, type Result } from '../../../base/index.js';
import { stepsInOrder } from '../../../graph/index.js';
import { count, type Failure, formatSize, jsonRecord, renderFailure } from '../../../report/index.js';
import { type Inventory, loadCare, type StoredRecord, type TransferFault } from '../../../store/index.js';
import { workerIdentity } from '../../../workers/index.js';
import { toolEnvironment } from '../../host.js';
import { type Command, fail } from '../../main.js';
import { openProject } from '../../open-project.js';
import { openStoreOf } from '../../open-store.js';
import { has, type ParsedOptions } from '../../options/index.js';
import { progressLine } from '../../progress-line.js';
import type { Session } from '../../session.js';
import { chooseTargets } from '../build.js';
import type { StoreOptions, StoreWork } from './index.js';

/** `mkve cache export FILE [TARGET…]` */
export async function exportTo(command: Command, options: StoreOptions): Promise<number> {
  const [file, ...patterns] = options.operands;
  const { streams } = command;
  if (file === undefined) return fail('mkve', noFile('export'), streams);
  if (has(options, 'all') && patterns.length > 0) {
    const message = '--all exports everything, so no targets can be named beside it';
    return fail('mkve', { kind: 'usage-wrong', message }, streams);
  }
  const opened = has(options, 'all')
    ? await openAll(command, options)
    : await openTargets(command, options, patterns);
  if (!opened.ok) return fail('mkve', opened.error, streams);
  const { session, keys } = opened.value;
  try {
    return await exportKeys(command, { session, keys, file: resolve(command.host.cwd, file), options });
  } finally {
    await session.close();
  }
}

interface Opened {
  readonly session: Session;
  /** Hexadecimal; absent: of everything. */
  readonly keys: ReadonlySet<string> | undefined;
}

async function openAll(command: Command, options: StoreOptions): Promise<Result<Opened, Failure>> {
  const session = await openStoreOf(command, options);
  return session.ok ? ok({ session: session.value, keys: undefined }) : session;
}

/** What the targets were made of when they were last built: whatever has not been built is not there to be exported. */
async function openTargets(
  command: Command,
  options: StoreOptions,
  patterns: readonly string[],
): Promise<Result<Opened, Failure>> {
  const project = await openProject(command, options as ParsedOptions<'file' | 'jobs'>);
  if (!project.ok) return project;
  const { session, graph, targets } = project.value;
  const chosen = chooseTargets(targets, patterns);
  if (!chosen.ok) {
    await session.close();
    return chosen;
  }
  const keys = new Set<string>();
  for (const { id } of stepsInOrder(
    graph,
    chosen.value.map(({ step }) => step),
  )) {
    const run = await session.last.get(id);
    if (run?.outcome === 'done') keys.add(hexOf(run.key));
  }
  return ok({ session, keys });
}

async function exportKeys(
  command: Command,
  request: Opened & { readonly file: string; readonly options: StoreOptions },
): Promise<number> {
  const { session, keys, file, options } = request;
  const { host, signal, streams } = command;
  const lacking = await session.preflight();
  if (lacking !== undefined) return fail('mkve', lacking, streams);
  const { exportResults, takeInventory } = await loadCare();
  const leave = session.store.running.enter();
  const line = progressLine(host.now);
  try {
    const inventory = await takeInventory(session.store, signal);
    const records = chosenRecords(inventory, keys);
    if (records.length === 0) return fail('mkve', NOTHING_BUILT, streams);
    const exported = await exportResults(session.store, {
      inventory,
      records,
      file,
      packLayer: (id, archive) =>
        callWorker(command, session, 'pack-layer', { id, archive: inStore(session, archive) }),
      insideOf: (staging) => session.store.staging.createInside(staging, writerOf(command)),
      runner: await loadCommandRunner(),
      env: toolEnvironment(host),
      onProgress: (done, total) => line.show(`packing layers: ${done} of ${total}`),
      signal,
    });
    line.clear();
    if (!exported.ok) return fail('mkve', failureOf(exported.error, file), streams);
    say(command, options, { direction: 'export', file, ...exported.value });
    return 0;
  } finally {
    line.clear();
    await leave();
  }
}

function chosenRecords(
  { records }: Inventory,
  keys: ReadonlySet<string> | undefined,
): readonly StoredRecord[] {
  // Without a kind it is damaged.
  const results = records.filter(({ kind, action }) => kind === 'action' && action !== undefined);
  return keys === undefined ? results : results.filter(({ key }) => keys.has(key));
}

const NOTHING_BUILT: Failure = {
  kind: 'usage-wrong',
  message:
    'there is nothing to export: none of the targets has been built, or the store has lost the results',
  hint: 'mkve build makes them',
};

/** `mkve cache import FILE` */
export async function importFrom({ command, session, options, operands }: StoreWork): Promise<number> {
  const { host, signal, streams } = command;
  const [named, ...more] = operands;
  if (named === undefined || more.length > 0) return fail('mkve', noFile('import'), streams);
  const file = resolve(host.cwd, named);
  const lacking = await session.preflight();
  if (lacking !== undefined) return fail('mkve', lacking, streams);
  const { importResults } = await loadCare();
  const leave = session.store.running.enter();
  const line = progressLine(host.now);
  try {
    const imported = await importResults(session.store, {
      file,
      unpackLayer: (archive, changes) => unpackLayer(command, session, { archive, changes }),
      runner: await loadCommandRunner(),
      env: toolEnvironment(host),
      onProgress: (done, total) => line.show(`reading blobs: ${done} of ${total}`),
      signal,
    });
    line.clear();
    if (!imported.ok) return fail('mkve', failureOf(imported.error, file), streams);
    say(command, options, { direction: 'import', file, ...imported.value });
    return 0;
  } finally {
    line.clear();
    await leave();
  }
}

async function unpackLayer(
  command: Command,
  session: Session,
  layer: { readonly archive: string; readonly changes: Digest },
): Promise<Result<string | undefined, string>> {
  const { staging } = session.store;
  const directory = await staging.create('unpack');
  try {
    const workspace = inStore(session, await staging.createInside(directory, writerOf(command)));
    return await callWorker<string | undefined>(command, session, 'unpack-layer', { ...layer, workspace });
  } finally {
    await staging.remove(directory);
  }
}

async function callWorker<T>(
  { signal }: Command,
  session: Session,
  operation: string,
  argument: unknown,
): Promise<Result<T, string>> {
  const called = await session.workers.call(operation, argument, { output: () => undefined, signal });
  signal.throwIfAborted();
  if (called.ok) return ok(called.value as T);
  const { headline, details } = renderFailure(called.error);
  return err([headline, ...details].join('; '));
}

function writerOf({ host: { caller } }: Command): ReturnType<typeof workerIdentity> | undefined {
  return caller.uid === 0 ? workerIdentity(caller) : undefined;
}

/** Workers may see the store under another path. */
function inStore({ store }: Session, path: string): string {
  return path.slice(store.root.length + 1);
}

function failureOf(fault: TransferFault, file: string): Failure {
  switch (fault.kind) {
    case 'unwritable':
      return { kind: 'output-unwritable', path: file, detail: fault.detail };
    case 'unreadable':
      return { kind: 'input-unreadable', file, detail: fault.detail };
    case 'damaged':
      return { kind: 'verification-failed', file, faults: fault.faults };
    default:
      return assertNever(fault);
  }
}

function noFile(direction: 'export' | 'import'): Failure {
  const operands = direction === 'export' ? 'FILE [TARGET…]' : 'FILE';
  return {
    kind: 'usage-wrong',
    message: `no file is given, or more than one`,
    hint: `write mkve cache ${direction} ${operands}`,
  };
}

interface Transfer {
  readonly direction: 'export' | 'import';
  readonly file: string;
  readonly results: number;
  readonly layers: number;
  readonly blobs: number;
  readonly size?: number;
}

function say({ streams }: Command, options: StoreOptions, transfer: Transfer): void {
  if (has(options, 'json')) {
    streams.out(jsonRecord({ type: 'transfer', ...transfer }));
    return;
  }
  if (has(options, 'quiet')) return;
  const { direction, file, results, layers, blobs, size } = transfer;
  const what = `${count(results, 'result')} with ${count(layers, 'layer')} and ${count(blobs, 'blob')}`;
  const how = direction === 'export' ? `${file} (${formatSize(size ?? 0)})` : file;
  streams.out(`${direction}ed ${what} ${direction === 'export' ? 'to' : 'from'} ${how}`);
}
