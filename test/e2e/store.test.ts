import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { copySeed } from './support/private-store.js';
import { Rig, stepsRan } from './support/rig.js';

let rig: Rig;
/** A store of the test's own, to be damaged. */
let store: string;
beforeEach(() => {
  rig = new Rig();
  store = rig.path('own-store');
  copySeed(rig.seed, store);
});
afterEach(() => rig.dispose());

function digestOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** Turns over one byte in the middle. */
function damage(path: string): void {
  const bytes = readFileSync(path);
  const middle = bytes.length >> 1;
  bytes.writeUInt8((bytes.readUInt8(middle) ^ 0xff) & 0xff, middle);
  chmodSync(path, 0o644);
  writeFileSync(path, bytes);
}

function blobs(): readonly string[] {
  const top = join(store, 'blobs/sha256');
  return readdirSync(top).flatMap((part) =>
    readdirSync(join(top, part)).map((name) => join(top, part, name)),
  );
}

/** Entries of the action cache that are not among those known. */
function actionsSince(known: ReadonlySet<string>): readonly string[] {
  const top = join(store, 'actions');
  return readdirSync(top, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(top, name))
    .filter((path) => !known.has(path));
}

describe('a damaged store', () => {
  it('costs a step when a segment is altered, and never a wrong bundle', async () => {
    rig.template({ hooks: { '10-a': 'head -c 3000000 /dev/urandom >/root/noise' } });
    expect((await rig.bundle([], { store })).status).toBe(0);
    const digest = digestOf(rig.output);
    const before = new Set(blobs());
    expect(before.size).toBeGreaterThan(0);
    const [largest] = [...before].filter(isSegment).sort((a, b) => statSync(b).size - statSync(a).size);
    damage(largest ?? '');
    rmSync(rig.output);
    const healed = await rig.bundle([], { store });
    expect(healed.status, healed.stderr).toBe(0);
    expect(healed.stderr).toContain('was damaged');
    expect(stepsRan(healed)).toEqual(['pack', 'bundle']);
    expect(digestOf(rig.output)).toBe(digest);
    expect((await rig.mkve(['verify', '--allow-unsigned', rig.output])).status).toBe(0);
  });

  it('runs a hook again whose layer was altered', async () => {
    rig.template({ hooks: { '10-a': 'echo genuine >/etc/a-file', '20-b': 'echo b >/etc/b-file' } });
    expect((await rig.bundle([], { store })).status).toBe(0);
    const layers = join(store, 'layers');
    const [layer] = readdirSync(layers).filter((id) => existsSync(join(layers, id, 'etc/a-file')));
    writeFileSync(join(layers, layer ?? '', 'etc/a-file'), 'altered\n');
    rig.hook('20-b', 'echo other >/etc/b-file');
    const healed = await rig.bundle([], { store });
    expect(healed.status, healed.stderr).toBe(0);
    expect(stepsRan(healed)).toContain('10-a');
    const extracted = execFileSync(
      'sh',
      ['-c', `tar -xOf ${rig.output} rootfs.tar.zst | zstd -dq | tar -xO ./etc/a-file`],
      { encoding: 'utf8' },
    );
    expect(extracted).toBe('genuine\n');
  });

  it('takes a torn action entry for a miss', async () => {
    const seeded = new Set(actionsSince(new Set()));
    rig.template({ hooks: { '10-a': 'echo a >/etc/a-file' } });
    expect((await rig.bundle([], { store })).status).toBe(0);
    const torn = actionsSince(seeded);
    expect(torn.length).toBeGreaterThan(2);
    for (const path of torn) truncateSync(path, 100);
    const again = await rig.bundle([], { store });
    expect(again.status, again.stderr).toBe(0);
    expect(stepsRan(again)).toEqual(expect.arrayContaining(['10-a', 'pack', 'bundle']));
  });

  it('is refused when a newer mkve made it', async () => {
    writeFileSync(join(store, 'version'), '99\n');
    const refused = await rig.bundle([], { store });
    expect(refused.status).toBe(5);
    expect(refused.stderr).toContain('its layout has version 99');
  });
});

describe('what must not matter', () => {
  it('is a socket that a hook leaves, also over a file of the base', async () => {
    const listen =
      "perl -MSocket -e 'socket(my $s, PF_UNIX, SOCK_STREAM, 0); bind($s, sockaddr_un($ARGV[0])) or die $!'";
    rig.template({ hooks: { '10-socket': `rm /etc/issue; ${listen} /etc/issue; ${listen} /root/new` } });
    const ran = await rig.bundle([], { store });
    expect(ran.status, ran.stderr).toBe(0);
    const list = execFileSync('sh', ['-c', `tar -xOf ${rig.output} rootfs.tar.zst | zstd -dq | tar -t`], {
      encoding: 'utf8',
    });
    expect(list).not.toMatch(/^\.\/(etc\/issue|root\/new)$/m);
  });
});

function isSegment(path: string): boolean {
  return readFileSync(path).readUInt32LE(0) === 0xfd2fb528;
}
