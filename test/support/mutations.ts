import fc from 'fast-check';

/** One thing that happens to bytes: by accident, or by somebody's hand. */
interface Edit {
  readonly how: 'flip' | 'cut' | 'double' | 'insert' | 'end';
  /** Of the length, so that it fits bytes of any. */
  readonly at: number;
  readonly length: number;
  readonly noise: Uint8Array;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  how: fc.constantFrom('flip', 'cut', 'double', 'insert', 'end'),
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  length: fc.integer({ min: 1, max: 40 }),
  noise: fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 8 }),
    fc
      .constantFrom('\n', '\n\n', '\0', ':', '=', '"', '{', ']', '%zz', '..', '/', '-1', '1e999', '__proto__')
      .map((text) => new Uint8Array(Buffer.from(text))),
  ),
});

function changed(bytes: Buffer, { how, at, length, noise }: Edit): Buffer {
  const place = Math.floor(at * bytes.length);
  const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)];
  switch (how) {
    case 'flip': {
      const copy = Buffer.from(bytes);
      if (copy.length > 0) copy[place] = (copy[place] ?? 0) ^ (1 << (length & 7));
      return copy;
    }
    case 'cut':
      return Buffer.concat([before, after.subarray(length)]);
    case 'double':
      return Buffer.concat([before, after.subarray(0, length), after]);
    case 'insert':
      return Buffer.concat([before, noise, after]);
    case 'end':
      return before;
  }
}

/** Valid inputs of a parser with a few edits, pieces of two of them put together, and mere noise. */
export function spoiltBytes(...valid: readonly (Buffer | string)[]): fc.Arbitrary<Buffer> {
  const one = fc.constantFrom(...valid.map((text) => Buffer.from(text as string)));
  const edited = fc
    .tuple(one, fc.array(edit, { maxLength: 4 }))
    .map(([bytes, edits]) => edits.reduce(changed, bytes));
  const spliced = fc
    .tuple(edited, edited, fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([a, b, at]) =>
      Buffer.concat([a.subarray(0, Math.floor(at * a.length)), b.subarray(Math.floor(at * b.length))]),
    );
  const noise = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
  return fc.oneof({ weight: 4, arbitrary: edited }, { weight: 2, arbitrary: spliced }, noise);
}

/** The same as text, in which what is no UTF-8 is replaced, as readers get it. */
export function spoiltText(...valid: readonly string[]): fc.Arbitrary<string> {
  return spoiltBytes(...valid).map((bytes) => bytes.toString('utf8'));
}

/** Any JSON in the place of values of valid JSON: what a parser of a shape has to see through. */
export function spoiltJson(valid: unknown): fc.Arbitrary<unknown> {
  const odd = fc.oneof(
    fc.constantFrom<unknown>(null, '', 0, -1, 1e300, true, [], {}, [null], { a: null }, '__proto__', '../x'),
    fc.jsonValue({ maxDepth: 2 }),
  );
  const places = placesOf(valid);
  return fc
    .array(fc.tuple(fc.nat({ max: Math.max(0, places.length - 1) }), odd), { minLength: 1, maxLength: 3 })
    .map((changes) =>
      changes.reduce((value, [index, other]) => replaced(value, places[index] ?? [], other), valid),
    );
}

type Path = readonly string[];

function placesOf(value: unknown): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [[]];
  return [
    [],
    ...Object.entries(value).flatMap(([key, below]) => placesOf(below).map((path) => [key, ...path])),
  ];
}

function replaced(value: unknown, [first, ...rest]: Path, other: unknown): unknown {
  if (first === undefined) return other;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(
    ([key, below]) => [key, key === first ? replaced(below, rest, other) : below] as const,
  );
  return Array.isArray(value) ? entries.map(([, below]) => below) : Object.fromEntries(entries);
}
