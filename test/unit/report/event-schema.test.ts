import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { EVENT_FORMAT, type Event, type Failure, JsonReporter } from '../../../src/report/index.js';
import { eventSchema, schemaFaults } from '../../support/event-schema.js';

/** An event of every type: a new one does not compile until it stands here, and fails until it is documented. */
const EVENTS: { readonly [Type in Event['type']]: Extract<Event, { type: Type }> } = {
  'build-started': { type: 'build-started', targets: ['t/lxc'], steps: 3, jobs: 2 },
  'step-waiting': { type: 'step-waiting', step: 'base:bookworm', kind: 'base' },
  'step-started': {
    type: 'step-started',
    step: 'a',
    kind: 'hook',
    why: { kind: 'changed', differences: [{ path: 'x', input: 'y', after: null }], cascadeOf: ['b'] },
    estimateMs: 5,
  },
  'step-progress': { type: 'step-progress', step: 'a', done: 1.5, total: 3, unit: 'percent' },
  'step-output': { type: 'step-output', step: 'a', chunk: Buffer.from('x') },
  'step-finished': {
    type: 'step-finished',
    step: 'a',
    kind: 'hook',
    how: 'cached',
    durationMs: 5,
    cutoff: ['b'],
  },
  'step-failed': {
    type: 'step-failed',
    step: 'a',
    kind: 'hook',
    how: 'ran',
    failure: { kind: 'cancelled' },
    durationMs: 5,
    log: '/log',
  },
  'step-skipped': { type: 'step-skipped', step: 'b', kind: 'pack', because: 'a' },
  'step-cancelled': { type: 'step-cancelled', step: 'b', kind: 'pack' },
  lock: {
    type: 'lock',
    file: '/mkve.lock',
    how: 'written',
    packages: 96,
    changes: [{ name: 'less', arch: 'amd64', before: '1', after: '2' }],
  },
  warning: { type: 'warning', message: 'careful', step: 'a' },
  'watch-changed': { type: 'watch-changed', paths: ['/a'] },
  'watch-broken': { type: 'watch-broken', failure: { kind: 'cancelled' } },
  'watch-waiting': { type: 'watch-waiting', targets: 1, paths: 2 },
  'target-finished': { type: 'target-finished', target: 't/lxc', how: 'built', output: '/o.bun', size: 2 },
  'build-finished': {
    type: 'build-finished',
    ran: 1,
    cached: 2,
    failed: 0,
    skipped: 0,
    durationMs: 5,
    savedMs: 6,
  },
  'store-limit': { type: 'store-limit', directory: '/store', limitBytes: 9 },
  'store-collected': { type: 'store-collected', removedBytes: 1, bytes: 2, limitBytes: 3 },
};

/** Those that belong to no build. */
const RECORDS = [
  ...['target-status', 'explanation', 'check', 'log', 'diff', 'bundle', 'verification', 'need'],
  ...['store-stats', 'store-entry', 'collection', 'damage', 'store-check', 'transfer', 'lint'],
];

/** The compiler sees to it that none is left out. */
const FAILURE_KINDS: Readonly<Record<Failure['kind'], true>> = {
  'backend-unable': true,
  'usage-wrong': true,
  'config-invalid': true,
  'target-unknown': true,
  'command-failed': true,
  'copy-refused': true,
  'tree-unreadable': true,
  'package-not-found': true,
  'packages-conflicted': true,
  'mirror-unreachable': true,
  'repository-untrusted': true,
  'download-failed': true,
  'packages-gone': true,
  'offline-lacks': true,
  'lock-outdated': true,
  'input-changed': true,
  'input-unreadable': true,
  'signing-failed': true,
  'output-unwritable': true,
  'verification-failed': true,
  'store-broken': true,
  'store-damaged': true,
  'system-refused': true,
  'rootfs-unusable': true,
  'limit-exceeded': true,
  'path-too-long': true,
  'host-lacks': true,
  'worker-died': true,
  cancelled: true,
};

const documented = eventSchema.oneOf.map(({ $ref }) => $ref.slice('#/$defs/'.length));
const page = readFileSync(join(import.meta.dirname, '../../../docs/events.md'), 'utf8');

function printed(event: Event): Record<string, unknown> {
  const lines: string[] = [];
  new JsonReporter((line) => lines.push(line)).report(event);
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] ?? '') as Record<string, unknown>;
}

describe('the schema of what --json prints', () => {
  it('has a branch with valid examples for every event and every other object, and for nothing else', () => {
    expect(documented.toSorted()).toEqual([...Object.keys(EVENTS), ...RECORDS].toSorted());
    for (const type of documented) {
      const { examples = [] } = eventSchema.$defs[type] ?? {};
      expect(examples.length, type).toBeGreaterThan(0);
      for (const example of examples) {
        expect(example.type).toBe(type);
        expect(schemaFaults(example)).toEqual([]);
      }
    }
  });

  it('fits what the reporter prints, with every field that an event can have', () => {
    for (const event of Object.values(EVENTS)) {
      const object = printed(event);
      expect(schemaFaults(object)).toEqual([]);
      expect(Object.keys(object).toSorted()).toEqual(
        Object.keys(eventSchema.$defs[event.type]?.properties ?? {}).toSorted(),
      );
    }
  });

  it('refuses fields that are missing, strange or of another type, and types it does not know', () => {
    const good = printed(EVENTS['step-finished']);
    const { step: _, ...missing } = good;
    const bad = [missing, { ...good, more: 1 }, { ...good, durationMs: '5' }, { ...good, how: 'lost' }];
    for (const object of [...bad, { type: 'other' }, [], null, 'x'])
      expect(schemaFaults(object), JSON.stringify(object)).not.toEqual([]);
  });

  it('has the version that the code has', () => {
    for (const type of ['build-started', ...RECORDS])
      expect(eventSchema.$defs[type]?.properties['format']).toMatchObject({ const: EVENT_FORMAT });
  });
});

describe('docs/events.md', () => {
  it('names every type of object and every kind of failure', () => {
    for (const name of [...documented, ...Object.keys(FAILURE_KINDS)]) expect(page).toContain(`\`${name}\``);
  });

  it('has valid examples', () => {
    const examples = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, text]) => JSON.parse(text ?? ''));
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(schemaFaults(example)).toEqual([]);
  });
});
