import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Random } from '../support/random.js';
import { damage, filesBelow, type Ran, run } from './machine.js';
import { drawTemplate, edited, type SoakTemplate, writeTemplate } from './soak-template.js';

/** What was done, by name, as the closing table counts it. */
export type Counts = Map<string, number>;

export interface Soak {
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  readonly counts: Counts;
  /** What must not have happened. */
  readonly faults: string[];
  /** Aborted when the time is over. */
  readonly over: AbortSignal;
}

/** Longer than a build takes, so that a kill may come at any moment of it, and after it. */
const LATEST_KILL_MS = 4000;
const KILL_PERCENT = 40;

/** One author: edits a template of their own and builds it, over and over, in a store that all share. */
export class Builder {
  readonly #soak: Soak;
  readonly #random: Random;
  readonly #directory: string;
  #template: SoakTemplate;
  #fresh = 0;

  constructor(soak: Soak, name: string, random: Random) {
    this.#soak = soak;
    this.#random = random;
    this.#directory = join(soak.directory, name);
    mkdirSync(this.#directory);
    this.#template = drawTemplate(random);
  }

  async work(): Promise<void> {
    while (!this.#soak.over.aborted) await this.#round();
    await this.#verified(await this.#build('same'));
  }

  async #round(): Promise<void> {
    const random = this.#random;
    if (random.chance(70)) this.#template = edited(this.#template, random);
    // One that other authors come to as well, so that builds want the same steps at the same time.
    if (random.chance(20)) this.#template = drawTemplate(new Random(random.below(4)));
    if (random.chance(10)) rmSync(this.#output('same'), { force: true });
    if (random.chance(8)) await this.#collect();
    if (random.chance(8)) this.#damage();
    if (random.chance(KILL_PERCENT)) await this.#killed();
    const built = await this.#build('same');
    await this.#verified(built);
  }

  async #build(name: string, onStart?: Parameters<typeof run>[1]['onStart']): Promise<Ran> {
    writeTemplate(join(this.#directory, name), this.#template);
    const ran = await run(this.#command(name), {
      env: this.#soak.env,
      ...(onStart === undefined ? {} : { onStart }),
    });
    if (onStart !== undefined) return ran;
    this.#count('builds');
    if (ran.status !== 0) this.#fault(`a build ended with ${ran.status}`, ran);
    return ran;
  }

  async #killed(): Promise<void> {
    const after = this.#random.below(LATEST_KILL_MS);
    await this.#build('same', (child) => {
      void pause(after).then(() => child.kill('SIGKILL'));
    });
    this.#count('kills');
  }

  /** The bundle must be whole, and hold what a build of all hooks under another name gives. */
  async #verified(built: Ran): Promise<void> {
    if (built.status !== 0) return;
    const kept = join(this.#directory, 'kept.bun');
    copyFileSync(this.#output('same'), kept);
    const whole = await run(['mkve', 'verify', '--allow-unsigned', kept], { env: this.#soak.env });
    if (whole.status !== 0) this.#fault('a bundle is not whole', whole);
    const name = `fresh-${this.#fresh++}`;
    await this.#build(name);
    const [incremental, clean] = [await this.#members(kept), await this.#members(this.#output(name))];
    if (incremental !== clean) this.#fault(`a bundle differs from a clean one: ${incremental} / ${clean}`);
    this.#count('bundles compared with clean builds');
    rmSync(this.#output(name), { force: true });
  }

  /** Digests of all members; the metadata itself names the template. */
  async #members(file: string): Promise<string> {
    const inspected = await run(['mkve', 'inspect', '--json', file], { env: this.#soak.env });
    if (inspected.status !== 0) return `unreadable: ${inspected.stderr}`;
    const { metainfo } = JSON.parse(inspected.stdout) as { readonly metainfo: { readonly members: unknown } };
    return JSON.stringify(metainfo.members);
  }

  async #collect(): Promise<void> {
    const ran = await run(['mkve', 'cache', 'gc'], {
      env: { ...this.#soak.env, MKVE_CACHE_SIZE: '1 GB' },
    });
    if (ran.status !== 0) this.#fault(`a collection ended with ${ran.status}`, ran);
    this.#count('collections');
  }

  #damage(): void {
    const store = this.#soak.env['MKVE_CACHE_DIR'] ?? '';
    const files = ['blobs', 'actions', 'segments'].flatMap((name) => filesBelow(join(store, name)));
    const [first, ...others] = files;
    if (first !== undefined && damage(this.#random.of([first, ...others]))) this.#count('files damaged');
  }

  #command(name: string): readonly [string, ...string[]] {
    const options = ['--hypervisor=lxc', '--suite=bookworm', '--force-no-sign'];
    return ['mkve-bundle', ...options, `--output=${this.#output(name)}`, join(this.#directory, name)];
  }

  #output(name: string): string {
    return join(this.#directory, `${name}.bun`);
  }

  #count(what: string): void {
    this.#soak.counts.set(what, (this.#soak.counts.get(what) ?? 0) + 1);
  }

  #fault(what: string, ran?: Ran): void {
    this.#soak.faults.push(ran === undefined ? what : `${what}\n${ran.stdout.slice(-2000)}${ran.stderr}`);
  }
}
