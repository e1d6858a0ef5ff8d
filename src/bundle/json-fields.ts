import { hasControlCharacter } from './member-paths.js';

/** What a reader says of one document: who sent it may have filled 16 MiB with mistakes. */
export const MOST_FAULTS = 100;

/** Reads the elements of an untrusted list, up to where enough is wrong for the list to be of no use. */
export function readEach<T>(
  list: readonly unknown[],
  faults: readonly string[],
  read: (element: unknown, index: number) => T,
): readonly T[] {
  const found: T[] = [];
  for (const [index, element] of list.entries()) {
    if (faults.length >= MOST_FAULTS) break;
    found.push(read(element, index));
  }
  return found;
}

/** The first of many faults, and that there are more. */
export function foremost(faults: readonly string[]): readonly string[] {
  if (faults.length <= MOST_FAULTS) return faults;
  return [...faults.slice(0, MOST_FAULTS), 'there are more faults; they were not looked at'];
}

/**
 * Takes an untrusted JSON object apart key by key and notes every fault, so that a reader can report all of them.
 * After a fault a stand-in is answered; the caller looks at the list of faults before it uses any value.
 */
export class JsonFields {
  readonly #values: ReadonlyMap<string, unknown>;
  readonly #at: string;
  readonly #faults: string[];
  readonly #known = new Set<string>();

  /** @param at where the object stands, as faults shall name it: `members[3]`, or '' for the whole document */
  constructor(value: unknown, at: string, faults: string[]) {
    this.#at = at;
    this.#faults = faults;
    this.#values = new Map(isObject(value) ? Object.entries(value) : []);
    if (!isObject(value)) faults.push(`${at || 'the document'} is not an object`);
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  /** One line of text, not empty. */
  text(key: string): string {
    const value = this.#take(key);
    if (isText(value)) return value;
    return this.#fault(key, 'one line of text', '');
  }

  optionalText(key: string): string | undefined {
    return this.has(key) ? this.text(key) : undefined;
  }

  /** A whole number from 0, at most what JavaScript holds exactly. */
  count(key: string): number {
    const value = this.#take(key);
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    return this.#fault(key, 'a whole number', 0);
  }

  matching(key: string, form: { readonly pattern: RegExp; readonly expected: string }): string {
    const value = this.#take(key);
    if (typeof value === 'string' && form.pattern.test(value)) return value;
    return this.#fault(key, form.expected, '');
  }

  oneOf<T extends string>(key: string, choices: readonly [T, ...T[]]): T {
    const value = this.#take(key);
    return choices.find((choice) => choice === value) ?? this.#fault(key, choices.join(' or '), choices[0]);
  }

  list(key: string): readonly unknown[] {
    const value = this.#take(key);
    return Array.isArray(value) ? value : this.#fault(key, 'a list', []);
  }

  /** An object of lists of texts; nothing where there is no such key. */
  optionalLists(key: string): Readonly<Record<string, readonly string[]>> | undefined {
    if (!this.has(key)) return undefined;
    const value = this.#take(key);
    const lists: [string, readonly string[]][] = isObject(value) ? Object.entries(value) : [];
    const isGood = lists.every(([name, list]) =>
      [name, ...(Array.isArray(list) ? list : [''])].every(isText),
    );
    if (isObject(value) && isGood) return Object.fromEntries(lists);
    return this.#fault(key, 'an object of lists of texts', {});
  }

  object(key: string): JsonFields {
    return new JsonFields(this.#take(key), this.#name(key), this.#faults);
  }

  /** Notes the keys that nobody asked for: what is not understood must not pass as checked. */
  end(): void {
    for (const key of this.#values.keys()) {
      if (this.#faults.length > MOST_FAULTS) return;
      if (!this.#known.has(key)) this.#faults.push(`${JSON.stringify(this.#name(key))} is not a known key`);
    }
  }

  #take(key: string): unknown {
    this.#known.add(key);
    return this.#values.get(key);
  }

  #fault<T>(key: string, expected: string, standIn: T): T {
    const found = this.has(key) ? 'has another form' : 'is missing';
    this.#faults.push(`${this.#name(key)} ${found}: expected ${expected}`);
    return standIn;
  }

  #name(key: string): string {
    return this.#at === '' ? key : `${this.#at}.${key}`;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && isOneLine(value);
}

function isOneLine(text: string): boolean {
  return !hasControlCharacter(text) && Buffer.from(text).toString() === text;
}
