import fc from 'fast-check';

import { type ByteString, byteString, joinPath, type Meta, type Xattrs } from '../../src/tree/index.js';
import { NaiveOverlay } from './naive-overlay.js';
import { device, fifo, file, listed, type NaiveDirectory, type NaiveInode, symlink } from './naive-rootfs.js';

/** Few names, so that operations meet; `a.b` and `a-b` sort between `a` and `a/…` when whole paths are compared. */
const plainName = fc.constantFrom('a', 'b', 'a.b', 'a-b', 'A', 'constructor', '__proto__', '10', '9');
const weirdName = fc.oneof(
  fc.constantFrom('вол ки', 'é', ' ', '-rf', '*', '\\', '"', 'new\nline', '\ttab', 'x=y', '%41', '~'),
  // Text that Unicode would also write otherwise: a combining accent, jamo, nukta, the Ångström sign.
  fc.constantFrom('e\u0301', '\u1112\u1161\u11ab', '\u0915\u093c', '\u212b', '\u0e01\u0e33'),
  fc.constantFrom('🐺'.repeat(63), 'long'.repeat(50)),
);
const rawName = fc
  .uint8Array({ minLength: 1, maxLength: 12 })
  .map((bytes) => bytes.map((byte) => (byte === 0 || byte === 0x2f ? 0xff : byte)))
  .filter((bytes) => !['.', '..'].includes(Buffer.from(bytes).toString('latin1')));

export const anyName: fc.Arbitrary<ByteString> = fc.oneof(
  { weight: 6, arbitrary: plainName.map((name) => byteString(name)) },
  { weight: 2, arbitrary: weirdName.map((name) => byteString(name)) },
  { weight: 1, arbitrary: rawName.map((bytes) => byteString(bytes)) },
);

const xattrs: fc.Arbitrary<Xattrs> = fc
  .dictionary(
    fc.constantFrom('user.a', 'user.b=c%d', 'user.é').map((name) => byteString(name)),
    fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => byteString(bytes)),
    { minKeys: 1 },
  )
  .map((attributes) => ({ ...attributes }));

const id = fc.constantFrom(0, 1, 1000, 65_534);
const bareMeta = fc.record({
  mode: fc.constantFrom(0o644, 0o755, 0o4755, 0o2775, 0o1777, 0o600, 0),
  uid: id,
  gid: id,
  mtime: fc.integer({ min: 1, max: 1_700_000_000 }),
});

export const anyMeta: fc.Arbitrary<Meta> = fc.oneof(
  { weight: 4, arbitrary: bareMeta },
  {
    weight: 1,
    arbitrary: fc.tuple(bareMeta, xattrs).map(([meta, attributes]) => ({ ...meta, xattrs: attributes })),
  },
);

const content = fc.oneof(
  fc.constantFrom('', 'x', 'y'),
  fc.uint8Array({ maxLength: 1500 }).map((bytes) => Buffer.from(bytes)),
);

const anyInode: fc.Arbitrary<NaiveInode> = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(content, anyMeta).map(([bytes, meta]) => file(bytes, meta)) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('a', '../b', '/вол ки', 'x'.repeat(150)), bareMeta)
      .map(([target, meta]) => symlink(target, { ...meta, mode: 0o777 })),
  },
  { weight: 1, arbitrary: bareMeta.map((meta) => fifo(meta)) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom('char' as const, 'block' as const),
        fc.constantFrom<[number, number]>([1, 3], [300, 70_000]),
        bareMeta,
      )
      .map(([type, numbers, meta]) => device(type, numbers, meta)),
  },
);

/** Something that happens in an overlay. The values are there to be read in a counterexample. */
interface Operation {
  readonly name: string;
  readonly values: unknown;
  readonly run: (overlay: NaiveOverlay) => void;
}

function operation<T>(
  name: string,
  values: fc.Arbitrary<T>,
  run: (overlay: NaiveOverlay, values: T) => void,
): fc.Arbitrary<Operation> {
  return values.map((drawn) => ({ name, values: drawn, run: (overlay) => run(overlay, drawn) }));
}

/** What it works on is drawn as a number and looked up among what there is, so that every operation does something. */
const index = fc.nat({ max: 1000 });
const child = fc.tuple(index, anyName);

function pick<T>(from: readonly T[], at: number): T {
  const chosen = from[at % from.length];
  if (chosen === undefined) throw new Error('nothing to pick from');
  return chosen;
}

function pathsOf(overlay: NaiveOverlay, kind?: 'dir' | 'file'): readonly ByteString[] {
  return [...listed(overlay.view())]
    .filter(([, entry]) => kind === undefined || entry.kind === kind)
    .map(([path]) => path);
}

function childOf(overlay: NaiveOverlay, [at, name]: readonly [number, ByteString]): ByteString {
  return joinPath(pick(pathsOf(overlay, 'dir'), at), name);
}

/** An inode of its own, even where another says the same. */
const fresh = (inode: NaiveInode): NaiveInode => ({ ...inode });

const create = operation('create', fc.tuple(child, anyInode), (overlay, [place, inode]) =>
  overlay.write(childOf(overlay, place), fresh(inode)),
);
const overwrite = operation('overwrite', fc.tuple(index, anyInode), (overlay, [at, inode]) =>
  overlay.write(pick(pathsOf(overlay), at), fresh(inode)),
);
const mkdir = operation('mkdir', fc.tuple(child, anyMeta), (overlay, [place, meta]) =>
  overlay.mkdir(childOf(overlay, place), meta),
);
const link = operation('link', fc.tuple(index, child), (overlay, [at, place]) => {
  const files = pathsOf(overlay, 'file');
  if (files.length > 0) overlay.link(pick(files, at), childOf(overlay, place));
});
const rename = operation('rename', fc.tuple(index, child), (overlay, [at, place]) =>
  overlay.rename(pick(pathsOf(overlay), at), childOf(overlay, place)),
);
const chmod = operation('chmod', fc.tuple(index, anyMeta), (overlay, [at, meta]) =>
  overlay.chmod(pick(pathsOf(overlay), at), meta),
);
const remove = operation('remove', index, (overlay, at) => overlay.remove(pick(pathsOf(overlay), at)));
const replaceByInode = operation('replace by file', fc.tuple(index, anyInode), (overlay, [at, inode]) => {
  const path = pick(pathsOf(overlay), at);
  overlay.remove(path);
  overlay.write(path, fresh(inode));
});
const replaceByDirectory = operation('replace by dir', fc.tuple(index, anyMeta), (overlay, [at, meta]) => {
  const path = pick(pathsOf(overlay), at);
  overlay.remove(path);
  overlay.mkdir(path, meta);
});

const anyOperation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 5, arbitrary: create },
  { weight: 4, arbitrary: mkdir },
  { weight: 4, arbitrary: link },
  { weight: 3, arbitrary: remove },
  { weight: 2, arbitrary: fc.oneof(overwrite, rename, chmod) },
  { weight: 3, arbitrary: fc.oneof(replaceByInode, replaceByDirectory) },
);

/** Layers one on the other; the first is on nothing. */
export const anyHistory: fc.Arbitrary<readonly (readonly Operation[])[]> = fc.array(
  fc.array(anyOperation, { maxLength: 14 }),
  { minLength: 1, maxLength: 4 },
);

/** Runs one layer's operations and gives the overlay afterwards. */
export function layerOn(lower: NaiveDirectory | undefined, operations: readonly Operation[]): NaiveOverlay {
  const overlay = new NaiveOverlay(lower, { mode: 0o755, uid: 0, gid: 0, mtime: 1 });
  for (const { run } of operations) run(overlay);
  return overlay;
}

/** A root file system that many operations have made. */
export const anyRootfs: fc.Arbitrary<NaiveDirectory> = fc
  .array(anyOperation, { maxLength: 30 })
  .map((operations) => layerOn(undefined, operations).view());
