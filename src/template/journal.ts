import type { Finding } from '../hypervisor/index.js';
import type { Problem } from '../report/index.js';

/** Gathers, while a template is read, what is wrong with it and every path that was looked at. */
export class Journal {
  readonly #problems: Problem[];
  readonly #reads: Set<string>;
  readonly #forks: Journal[] = [];

  constructor(
    from: { readonly problems: Problem[]; readonly reads: Iterable<string> } = { problems: [], reads: [] },
  ) {
    this.#problems = from.problems;
    this.#reads = new Set(from.reads);
  }

  /** A journal for one target: its problems are the template's, its paths are its own beside those so far. */
  fork(): Journal {
    const fork = new Journal({ problems: this.#problems, reads: this.#reads });
    this.#forks.push(fork);
    return fork;
  }

  note(problem: Problem): void {
    this.#problems.push(problem);
  }

  /** @param file as the user would name it */
  noteFindings(file: string, findings: readonly Finding[]): void {
    for (const finding of findings) this.note({ file, ...finding });
  }

  looked(...paths: readonly string[]): void {
    for (const path of paths) this.#reads.add(path);
  }

  get problems(): readonly Problem[] {
    return this.#problems;
  }

  get reads(): readonly string[] {
    return [...this.#reads];
  }

  /** Its own paths and those of every journal made from it. */
  get allReads(): readonly string[] {
    return [...new Set([...this.#reads, ...this.#forks.flatMap((fork) => fork.allReads)])];
  }
}
