import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** A terminal that a program runs on, by a tmux server of its own. */
export class Tmux {
  readonly #server = `mkve-${randomBytes(4).toString('hex')}`;

  /** Runs a shell script on a new terminal; the terminal stays when the script has ended, by a Ctrl-C too. */
  constructor(script: string, { columns, rows }: Size) {
    const size = ['-x', String(columns), '-y', String(rows)];
    this.#tmux('-f', '/dev/null', 'new-session', '-d', ...size, `trap : INT\n${script}\nexec sleep infinity`);
  }

  /** Every line from the first, those that scrolled away too. Rows that one line was broken into are one again. */
  lines(): readonly string[] {
    const text = this.#tmux('capture-pane', '-p', '-J', '-S', '-');
    return text
      .trimEnd()
      .split('\n')
      .map((line) => line.trimEnd());
  }

  /** As the screen is, with colours. */
  colored(): string {
    return this.#tmux('capture-pane', '-p', '-e', '-S', '-');
  }

  /** Waits until the lines are as wanted. */
  async until(what: string, isSo: (lines: readonly string[]) => boolean): Promise<readonly string[]> {
    const deadline = performance.now() + 60_000;
    for (;;) {
      const lines = this.lines();
      if (isSo(lines)) return lines;
      if (performance.now() > deadline) throw new Error(`waited in vain: ${what}\n${lines.join('\n')}`);
      await pause(20);
    }
  }

  resize({ columns, rows }: Size): void {
    this.#tmux('resize-window', '-x', String(columns), '-y', String(rows));
  }

  /** Keys as tmux names them: `C-c`, `Enter`, `ls`. */
  type(...keys: readonly string[]): void {
    this.#tmux('send-keys', ...keys);
  }

  /** What tmux knows of the terminal, by the name of a variable of its formats: `cursor_flag`, `pane_title`. */
  ask(variable: string): string {
    return this.#tmux('display-message', '-p', `#{${variable}}`).trimEnd();
  }

  close(): void {
    this.#tmux('kill-server');
  }

  #tmux(...args: readonly string[]): string {
    const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8', SHELL: '/bin/sh' };
    return execFileSync('tmux', ['-u', '-L', this.#server, ...args], { env, encoding: 'utf8' });
  }
}
