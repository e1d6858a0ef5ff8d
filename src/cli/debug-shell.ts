import { createInterface } from 'node:readline';

import type { FailedVisit } from '../actions/index.js';
import { err, ok, type Result } from '../base/index.js';
import type { Executor } from '../engine/index.js';
import type { Step } from '../graph/index.js';
import { type Failure, formatArgv, renderFailure } from '../report/index.js';
import type { Command } from './main.js';
import type { Screen } from './reporters.js';
import { attachmentOf, lackingForShells } from './shell-attachment.js';
import type { Streams } from './streams.js';

/** Does work until it is done, or nobody wants it done again. A shell takes a terminal. */
export async function withDebugShells(
  command: Command,
  work: (debug: DebugShell) => Promise<number>,
): Promise<Result<number, Failure>> {
  const attachment = attachmentOf();
  if (attachment.kind !== 'terminal') {
    const message = '--debug-shell takes a terminal: standard input and standard output must be one';
    return err({ kind: 'usage-wrong', message, hint: 'mkve log STEP shows what a step wrote' });
  }
  const lacking = lackingForShells(command.host, attachment);
  if (lacking !== undefined) return err(lacking);
  for (;;) {
    const debug = new DebugShell(command);
    const status = await work(debug);
    if (!debug.wantsRetry || command.signal.aborted) return ok(status);
  }
}

interface Surroundings {
  readonly streams: Streams;
  readonly signal: AbortSignal;
}

/**
 * `--debug-shell`: a shell where a step failed, then the question whether to try again. There is one terminal, so steps that
 * fail meanwhile wait, and so does signing, which may ask for a passphrase.
 */
export class DebugShell {
  readonly #surroundings: Surroundings;
  #screen: Screen | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #wantsRetry = false;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  /** Whether somebody answered that it should be tried again. */
  get wantsRetry(): boolean {
    return this.#wantsRetry;
  }

  /** Says what is to be taken off the terminal while a shell has it. */
  use(screen: Screen): void {
    this.#screen = screen;
  }

  readonly visit = (visit: FailedVisit): Promise<void> => this.#takeTurn(() => this.#open(visit));

  /** An executor whose steps that may ask the user wait for their turn. */
  politely(executor: Executor<Step>): Executor<Step> {
    return {
      describe: (step, inputs) => executor.describe(step, inputs),
      inputName: (step, path) => executor.inputName(step, path),
      given: (step, inputs) => executor.given(step, inputs),
      isUsable: (step, outputs) => executor.isUsable(step, outputs),
      run: (step, context) =>
        step.kind === 'sign'
          ? this.#takeTurn(() => executor.run(step, context))
          : executor.run(step, context),
    };
  }

  #takeTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work, work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async #open(visit: FailedVisit): Promise<void> {
    const { streams, signal } = this.#surroundings;
    if (signal.aborted) return;
    this.#screen?.hold();
    try {
      for (const line of introductionOf(visit)) streams.err(line);
      await visit.open({ kind: 'terminal' });
      if (signal.aborted) return;
      const wants = await askYesNo(
        `retry ${visit.step}, with its files as they are now? [Y/n] `,
        this.#surroundings,
      );
      if (wants) this.#wantsRetry = true;
    } finally {
      this.#screen?.letGo();
    }
  }
}

function introductionOf({ step, failure, argv }: FailedVisit): readonly string[] {
  const { headline, details } = renderFailure(failure);
  return [
    `FAILED   ${step}: ${headline}`,
    ...details.map((line) => `    ${line}`),
    `shell    where ${step} failed, with its environment and /tmp; what you change is thrown away at its end`,
    `    to run it again here: ${formatArgv(argv)}`,
  ];
}

/** A line from the terminal, which is read as it is: Enter alone is yes, the end of input no. */
function askYesNo(question: string, { streams, signal }: Surroundings): Promise<boolean> {
  streams.prompt(question);
  const lines = createInterface({ input: process.stdin, terminal: false });
  return new Promise((resolve) => {
    let answer = false;
    lines.once('line', (line) => {
      answer = /^\s*(?:y(?:es)?\s*)?$/i.test(line);
      lines.close();
    });
    lines.once('close', () => {
      signal.removeEventListener('abort', close);
      resolve(answer);
    });
    const close = () => lines.close();
    signal.addEventListener('abort', close, { once: true });
  });
}
