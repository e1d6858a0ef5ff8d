import type { CommandOutcome, CommandRequest, CommandRunner } from '../../src/base/index.js';

export type ScriptedAnswer =
  | {
      readonly status?: number;
      readonly stdout?: string;
      readonly stderr?: string;
      /** What it writes to descriptor 3. */
      readonly told?: string;
    }
  | { readonly signal: string }
  | 'not-found';

/**
 * Answers by the words with which a command line starts, such as `apt-get install`; the longest of them counts. A function
 * is asked each time, so that what one command does another one sees.
 */
export type RunnerScript = Readonly<
  Record<string, ScriptedAnswer | ((request: CommandRequest) => ScriptedAnswer)>
>;

/** A command runner that runs nothing. A program of which the script says nothing is not installed. */
export class ScriptedRunner implements CommandRunner {
  /** All that was run, in order. */
  readonly requests: CommandRequest[] = [];
  readonly #script: RunnerScript;

  constructor(script: RunnerScript) {
    this.#script = script;
  }

  async run(request: CommandRequest): Promise<CommandOutcome> {
    this.requests.push(request);
    const answer = this.#answerTo(request);
    const outcome = outcomeOf(answer, request.argv[0]);
    if (answer !== 'not-found' && 'told' in answer) request.onStatus?.(Buffer.from(answer.told ?? ''));
    if (outcome.kind !== 'not-found') {
      request.onOutput?.(outcome.stdout);
      request.onOutput?.(outcome.stderr);
    }
    return outcome;
  }

  /** The command lines that start with these words, arguments joined by spaces. */
  ran(start: string): readonly string[] {
    return this.requests.map(({ argv }) => argv.join(' ')).filter((line) => startsWithWords(line, start));
  }

  #answerTo(request: CommandRequest): ScriptedAnswer {
    const line = request.argv.join(' ');
    const starts = Object.keys(this.#script).filter((start) => startsWithWords(line, start));
    const longest = starts.reduce((best, start) => (start.length > best.length ? start : best), '');
    const answer = this.#script[longest] ?? 'not-found';
    return typeof answer === 'function' ? answer(request) : answer;
  }
}

function startsWithWords(line: string, start: string): boolean {
  return line === start || line.startsWith(`${start} `);
}

function outcomeOf(answer: ScriptedAnswer, program: string): CommandOutcome {
  if (answer === 'not-found') return { kind: 'not-found', program };
  if ('signal' in answer) {
    return { kind: 'killed', signal: answer.signal, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  }
  const { status = 0, stdout = '', stderr = '' } = answer;
  return { kind: 'exited', status, stdout: Buffer.from(stdout), stderr: Buffer.from(stderr) };
}
