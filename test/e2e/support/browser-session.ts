import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';

import { QUIET } from './browser.js';

interface Message {
  readonly id?: number;
  /** Of an event. */
  readonly method?: string;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

/** A page in Chromium that a test can type into, by the DevTools protocol over a pipe: no port, no web socket. */
export class BrowserSession {
  readonly #child: ChildProcess;
  readonly #profile: string;
  readonly #waiting = new Map<number, (message: Message) => void>();
  #loaded: () => void = () => undefined;
  #lastId = 0;
  #session: string | undefined;

  private constructor() {
    this.#profile = mkdtempSync(join(tmpdir(), 'mkve-browser-'));
    const argv = [...QUIET, '--remote-debugging-pipe', `--user-data-dir=${this.#profile}`];
    const stdio = ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] as const;
    this.#child = spawn('chromium', argv, { stdio: [...stdio] });
    let rest = '';
    (this.#child.stdio[4] as Readable).setEncoding('utf8').on('data', (text: string) => {
      const messages = `${rest}${text}`.split('\0');
      rest = messages.pop() ?? '';
      for (const message of messages) this.#take(JSON.parse(message) as Message);
    });
  }

  static async open(file: string): Promise<BrowserSession> {
    const browser = new BrowserSession();
    const { targetId } = await browser.#call('Target.createTarget', { url: 'about:blank' });
    const attached = await browser.#call('Target.attachToTarget', { targetId, flatten: true });
    browser.#session = String(attached['sessionId']);
    await browser.#call('Page.enable', {});
    const loaded = new Promise<void>((resolve) => {
      browser.#loaded = resolve;
    });
    await browser.#call('Page.navigate', { url: pathToFileURL(file).href });
    await loaded;
    return browser;
  }

  /** The value of an expression in the page; of a promise what it resolves to. */
  async evaluate(expression: string): Promise<unknown> {
    const options = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = await this.#call('Runtime.evaluate', options);
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
    return (result as { readonly value?: unknown }).value;
  }

  /** Presses a key as the keyboard would. @param key `ArrowDown`, `Tab` */
  async press(key: string, windowsVirtualKeyCode: number): Promise<void> {
    for (const type of ['rawKeyDown', 'keyUp'])
      await this.#call('Input.dispatchKeyEvent', { type, key, code: key, windowsVirtualKeyCode });
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('close', resolve));
    this.#send('Browser.close', {});
    await ended;
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  async #call(method: string, params: object): Promise<Readonly<Record<string, unknown>>> {
    const id = this.#send(method, params);
    const message = await new Promise<Message>((resolve) => this.#waiting.set(id, resolve));
    if (message.error !== undefined) throw new Error(`${method}: ${message.error.message}`);
    return message.result ?? {};
  }

  #send(method: string, params: object): number {
    const id = ++this.#lastId;
    const session = this.#session === undefined ? {} : { sessionId: this.#session };
    const target = method.startsWith('Browser.') || method.startsWith('Target.') ? {} : session;
    (this.#child.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, ...target })}\0`);
    return id;
  }

  #take(message: Message): void {
    if (message.method === 'Page.loadEventFired') this.#loaded();
    if (message.id === undefined) return;
    this.#waiting.get(message.id)?.(message);
    this.#waiting.delete(message.id);
  }
}
