import { type Digest, digestOf } from '../base/index.js';
import type { Segment } from '../store/index.js';
import { ROOT } from '../tree/index.js';
import { Buffers } from './buffers.js';
import type { DigestStream } from './digest-stream.js';
import { makeSegment, recordKey, type SegmentContext, type SegmentInMaking } from './make-segment.js';
import type { PackedRootfs, PackRequest, ReadContent } from './pack-tree.js';
import { PackProgress } from './progress.js';
import { type PackedTree, partsOfSection, type Section } from './sections.js';
import { END_SEGMENT, planSegments, type SegmentPlan } from './segments.js';
import { Weights } from './weights.js';

/** Whether records of segments count as they are, or only while the files they speak of are there. */
type Records = 'trusted' | 'looked-at';

interface RunOutcome {
  readonly packed: PackedRootfs;
  /** Files that were not what they should be: with any, the digests mean nothing. */
  readonly damaged: readonly string[];
}

/** One way through a tree, with all that is under way at the time. */
export class PackRun {
  readonly #request: PackRequest;
  readonly #records: Records;
  readonly #tree: PackedTree;
  readonly #context: SegmentContext;
  readonly #buffers = new Buffers();
  /** In the order of the archive. */
  readonly #segments: Promise<Segment>[] = [];
  /** Segments that are being made: each holds its plain bytes until it is. */
  readonly #compressing = new Set<Promise<Segment>>();
  /** Sections met without a record: which of the segments are theirs. */
  readonly #newSections: { readonly key: Digest; readonly from: number; readonly to: number }[] = [];
  readonly #packedDigest: DigestStream;
  /** The same as that of the packed stream where nothing is compressed. */
  readonly #plainDigest: DigestStream | undefined;
  #packedRead: Promise<void> = Promise.resolve();
  #plainRead: Promise<void> = Promise.resolve();
  #compressed = 0;
  readonly #progress: PackProgress;

  constructor(request: PackRequest, records: Records) {
    this.#request = request;
    this.#records = records;
    const { objects, codec } = request;
    this.#tree = { objects, weights: new Weights(objects), lengths: codec.lengths };
    this.#progress = new PackProgress(this.#tree.weights.of(request.tree), request.onProgress);
    this.#context = {
      request,
      find: (key) => this.#find(key),
      onCompressed: () => {
        this.#compressed++;
      },
    };
    this.#plainDigest = codec.compressor.takes === 'nothing' ? undefined : request.digestOf('plain');
    this.#packedDigest = request.digestOf('packed');
  }

  async run(): Promise<RunOutcome> {
    try {
      await this.#section({ path: ROOT, tree: this.#request.tree });
      await this.#segment(END_SEGMENT);
      const { compressor } = this.#request.codec;
      if (compressor.takes === 'file') compressor.flush();
      this.#request.contents.release();
      const segments = await Promise.all(this.#segments);
      for (const { key, from, to } of this.#newSections)
        await this.#request.segments.put(key, segments.slice(from, to));
      return await this.#outcome(segments);
    } finally {
      // Also after a failure nothing may still be writing once the caller hears of it, nor wait for company for ever.
      const { compressor } = this.#request.codec;
      if (compressor.takes === 'file') compressor.flush();
      await Promise.allSettled(this.#compressing);
      await Promise.allSettled([this.#packedRead, this.#plainRead]);
      await Promise.all([this.#packedDigest.abandon(), this.#plainDigest?.abandon()]);
    }
  }

  async #section(section: Section): Promise<void> {
    const { codec } = this.#request;
    const key = digestOf(`${codec.id}\nsection 1\n${section.tree}\n${section.path}\n`);
    const known = await this.#find(key);
    if (known !== undefined) {
      for (const segment of known) this.#append(stored(segment));
      return;
    }
    const from = this.#segments.length;
    for (const part of partsOfSection(this.#tree, section)) {
      if (part.kind === 'section') await this.#section(part.section);
      else for (const plan of planSegments(part.nodes, this.#tree.lengths)) await this.#segment(plan);
    }
    this.#newSections.push({ key, from, to: this.#segments.length });
  }

  async #segment(plan: SegmentPlan): Promise<void> {
    this.#request.signal.throwIfAborted();
    const known = await this.#find(recordKey(this.#request, plan.contentKey));
    if (known?.[0] !== undefined) {
      this.#append(stored(known[0]));
      return;
    }
    const read = await this.#request.contents.open();
    const buffer = this.#buffers.take(plan.plainSize);
    const making = await makeSegment(this.#context, plan, filled(buffer, plan, read));
    const { made } = making;
    // A program that compresses files works on the file by now.
    if (this.#request.codec.compressor.takes === 'file') this.#buffers.giveBack(buffer);
    this.#append(making);
    this.#compressing.add(made);
    const settled = () => {
      this.#compressing.delete(made);
      if (this.#request.codec.compressor.takes !== 'file') this.#buffers.giveBack(buffer);
    };
    made.then(settled, settled);
    // Plain bytes are held only for segments being compressed: memory stays bounded.
    if (this.#compressing.size >= this.#request.codec.parallel) await Promise.race(this.#compressing);
  }

  /**
   * What comes is digested in the order of the archive, and while other segments are still being made. The two streams
   * do not wait for each other: plain bytes are there before they are compressed.
   */
  #append({ plain, made }: SegmentInMaking): void {
    const { blobs, segments } = this.#request;
    this.#segments.push(made);
    this.#packedRead = Promise.all([made, this.#packedRead]).then(([segment]) => {
      this.#packedDigest.add({ path: blobs.pathOf(segment.blob), size: segment.size, check: segment.check });
      this.#progress.add(segment.plain.size);
    });
    this.#plainRead = Promise.all([plain, this.#plainRead]).then(([{ key, size, check }]) => {
      this.#plainDigest?.add({ path: segments.plainPath(key), size, check });
    });
    for (const read of [this.#packedRead, this.#plainRead]) read.catch(() => undefined);
  }

  async #find(key: Digest): Promise<readonly Segment[] | undefined> {
    const { blobs, codec, segments } = this.#request;
    const known = await segments.get(key);
    if (known === undefined || this.#records === 'trusted') return known;
    for (const { blob, size, plain } of known) {
      if ((await blobs.size(blob)) !== size) return undefined;
      if (codec.compressor.takes !== 'nothing' && !(await segments.hasPlain(plain))) return undefined;
    }
    return known;
  }

  async #outcome(segments: readonly Segment[]): Promise<RunOutcome> {
    await Promise.all([this.#packedRead, this.#plainRead]);
    this.#progress.finish();
    const [packed, plain] = await Promise.all([this.#packedDigest.finish(), this.#plainDigest?.finish()]);
    return {
      packed: {
        segments: segments.map(({ blob, size }) => ({ blob, size })),
        size: packed.size,
        digest: packed.digest,
        plainSize: (plain ?? packed).size,
        plainDigest: (plain ?? packed).digest,
        compressed: this.#compressed,
      },
      damaged: [...packed.damaged, ...(plain?.damaged ?? [])],
    };
  }
}

function stored(segment: Segment): SegmentInMaking {
  return { plain: Promise.resolve(segment.plain), made: Promise.resolve(segment) };
}

/** The plain bytes of a segment, in a buffer that is long enough. */
function filled(buffer: Buffer, plan: SegmentPlan, read: ReadContent): Buffer {
  let at = 0;
  for (const member of plan.members) {
    if (member.kind === 'bytes') {
      member.bytes.copy(buffer, at);
      at += member.bytes.length;
    } else {
      read(member, buffer.subarray(at, at + member.size));
      at += member.size;
    }
  }
  return buffer.subarray(0, plan.plainSize);
}
