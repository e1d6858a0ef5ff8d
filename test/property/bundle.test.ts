import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';

import {
  inspectBundle,
  memberPathFault,
  openBundle,
  type Part,
  parseMetainfo,
  parsePackagesJson,
  readArchive,
  writeBundleFile,
  writeMetainfo,
  writePackagesJson,
} from '../../src/bundle/index.js';
import {
  bundleMembers,
  bytesOf,
  compress,
  EPOCH,
  memberOf,
  privateDirectory,
  verifyTiny,
  writeTiny,
} from '../support/bundle-rig.js';

const directory = privateDirectory();
afterAll(() => directory.remove());

const part = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 });
const confPath = fc
  .array(part, { minLength: 1, maxLength: 8 })
  .map((parts) => parts.join('/'))
  .filter((path) => memberPathFault(`conf/${path}`) === undefined);
const confFile = fc.record({
  bytes: fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)),
  mode: fc.constantFrom(0o644, 0o755),
});

function halves(bytes: Buffer): readonly Part[] {
  const middle = Math.floor(bytes.length / 2);
  return [bytes.subarray(0, middle), bytes.subarray(middle)].map((half) => ({ kind: 'bytes', bytes: half }));
}

async function contentsOf(file: string): Promise<ReadonlyMap<string, Buffer>> {
  const input = await openBundle(file);
  if (!input.ok) throw new Error(input.error);
  const contents = new Map<string, Buffer>();
  const faults = await readArchive(input.value, async ({ path, content }) => {
    const pieces: Buffer[] = [];
    for (let piece = await content.read(); piece !== undefined; piece = await content.read())
      pieces.push(piece);
    contents.set(path, Buffer.concat(pieces));
    return 'continue';
  });
  await input.value.file.close();
  expect(faults).toEqual([]);
  return contents;
}

describe('for any members', () => {
  test('what was written is read back, whatever the names, sizes and parts', async () => {
    const file = join(directory.path, 'any.bun');
    await fc.assert(
      fc.asyncProperty(fc.dictionary(confPath, confFile, { maxKeys: 6 }), async (conf) => {
        const members = Object.entries(conf).map(([path, { bytes, mode }]) =>
          memberOf(`conf/${path}`, bytes, mode),
        );
        const halved = members.map((member) => ({ ...member, parts: halves(bytesOf(member)) }));
        expect((await writeBundleFile(file, { members: halved, sourceDateEpoch: EPOCH })).ok).toBe(true);
        const contents = await contentsOf(file);
        expect([...contents.keys()].sort()).toEqual(members.map((member) => member.path).sort());
        for (const member of members) expect(contents.get(member.path)).toEqual(bytesOf(member));
      }),
      { numRuns: 60 },
    );
  });

  test('a bundle with them verifies', async () => {
    const paths = fc
      .uniqueArray(part, { maxLength: 5 })
      .map((names) => names.filter((name) => !/[/.]/.test(name)));
    await fc.assert(
      fc.asyncProperty(paths, fc.uint8Array({ maxLength: 100_000 }), async (names, plain) => {
        const conf = Object.fromEntries(
          names
            .filter((name) => memberPathFault(`conf/${name}`) === undefined)
            .map((name) => [name, { bytes: Buffer.from(name) }]),
        );
        const file = await writeTiny(directory.path, { conf, plain: Buffer.from(plain) });
        expect((await verifyTiny(file)).faults).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });
});

describe('for any damage', () => {
  test('verifying and inspecting end with a report, and verifying never passes', async () => {
    const file = await writeTiny(directory.path, { sign: async () => Buffer.from('a signature') });
    const original = await readFile(file);
    const [metainfo] = await bundleMembers();
    const payloadStart = 512 + Math.ceil((metainfo?.size ?? 0) / 512) * 512 + 1024;
    const damaged = join(directory.path, 'damaged.bun');
    const edit = fc.record({
      at: fc.nat({ max: original.length - 1 }),
      bytes: fc.oneof(
        fc.uint8Array({ minLength: 1, maxLength: 600 }),
        fc.constantFrom('x', 'g', 'L', 'K', '2', '5', 'S').map((type) => Buffer.from(type)),
      ),
      how: fc.constantFrom('replace', 'insert', 'cut'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
        let bytes = original;
        for (const { at, bytes: piece, how } of edits) {
          const skipped = how === 'insert' ? 0 : piece.length;
          const between = how === 'cut' ? [] : [piece];
          bytes = Buffer.concat([bytes.subarray(0, at), ...between, bytes.subarray(at + skipped)]);
        }
        await writeFile(damaged, bytes);
        const report = await verifyTiny(damaged);
        await inspectBundle(damaged);
        // Before the payload stand the metainfo and its signature, which only a real signature protects.
        const same =
          bytes.length === original.length &&
          bytes.subarray(payloadStart).equals(original.subarray(payloadStart));
        if (!same) expect(report.faults).not.toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  test('headers with right checksums but any fields do no harm', async () => {
    const damaged = join(directory.path, 'fields.bun');
    const field = fc.constantFrom([0, 100], [100, 8], [124, 12], [156, 1], [157, 100], [257, 8], [345, 155]);
    const change = fc.record({ field, bytes: fc.uint8Array({ minLength: 1, maxLength: 155 }) });
    const original = await readFile(await writeTiny(directory.path));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        const bytes = Buffer.from(original);
        for (const {
          field: [at = 0, length = 0],
          bytes: piece,
        } of changes)
          bytes.set(piece.subarray(0, length), at);
        bytes.write('        ', 148, 'latin1');
        const sum = bytes.subarray(0, 512).reduce((total, byte) => total + byte, 0);
        bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
        await writeFile(damaged, bytes);
        expect((await verifyTiny(damaged)).faults).not.toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('parsing any bytes ends with a value or a list of faults', () => {
    const json = fc.json().map((text) => Buffer.from(`${text}\n`));
    const any = fc.uint8Array().map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.oneof(json, any), (bytes) => {
        const metainfo = parseMetainfo(bytes);
        const packages = parsePackagesJson(bytes);
        if (metainfo.ok) expect(writeMetainfo(metainfo.value).equals(bytes)).toBe(true);
        if (packages.ok) expect(writePackagesJson(packages.value).equals(bytes)).toBe(true);
      }),
    );
  });
});

test('unpacking damaged gzip or zstd ends with a fault', async () => {
  const plain = Buffer.alloc(50_000, 'some text to pack, some more; ');
  for (const compression of ['gzip', 'zstd'] as const) {
    const members = await bundleMembers({ compression, plain });
    const packed = compress(compression, plain);
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: packed.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, flip) => {
          const copy = Buffer.from(packed);
          copy[at] = (copy[at] ?? 0) ^ flip;
          const changed = members.map((member) =>
            member.path.startsWith('rootfs') ? memberOf(member.path, copy) : member,
          );
          const file = join(directory.path, 'packed.bun');
          await writeBundleFile(file, { members: changed, sourceDateEpoch: EPOCH });
          expect((await verifyTiny(file)).faults).not.toEqual([]);
        },
      ),
      { numRuns: 25 },
    );
  }
});
