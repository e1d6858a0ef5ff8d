import { join } from 'node:path';

import { err, ok, type Result } from '../../base/index.js';
import type { Failure } from '../../report/index.js';
import {
  mountRootfs,
  mountTmp,
  type RootfsMount,
  type RootfsState,
  type WorkerContext,
} from '../../rootfs/index.js';
import { debsOf, type Surroundings } from './command-in-sandbox.js';
import { kindOf, misplacedOnDisk } from './mount-points.js';
import { nameServers } from './name-servers.js';

export interface StageRequest {
  readonly state: RootfsState;
  readonly network: 'none' | 'host';
  /** A directory that is to be seen as /tmp/debs, relative to the store. */
  readonly debs?: string;
}

interface Tmp {
  readonly path: string;
  unmount(): Promise<void>;
}

interface Parts {
  readonly mount: RootfsMount;
  readonly network: 'none' | 'host';
  readonly debs: Surroundings['binds'];
  readonly tmp: Tmp;
}

/**
 * A mounted root file system on which commands run, one after the other, with the same /tmp; what they write lands in
 * `mount.upper`.
 */
export class Stage {
  readonly mount: RootfsMount;
  readonly #parts: Parts;

  private constructor(parts: Parts) {
    this.mount = parts.mount;
    this.#parts = parts;
  }

  /** @param workspace a private empty directory on the store's file system */
  static async open(request: StageRequest, workspace: string, context: WorkerContext): Promise<Stage> {
    const { state, network } = request;
    const mount = await mountRootfs(context.store.layers, workspace, {
      layers: state.layers.map(({ id }) => id),
      root: (await context.trees.loadRoot(state)).get(state.tree).meta,
    });
    const tmp = await mountTmp(workspace);
    return new Stage({ mount, network, debs: debsOf(request, context), tmp });
  }

  /**
   * Gives a piece of work what a sandbox on this root file system takes. A command before may have put links where mounts
   * go, so they are looked at each time; nothing else writes meanwhile.
   */
  async use<T>(work: (surroundings: Surroundings) => Promise<T>): Promise<Result<T, Failure>> {
    const { network, tmp } = this.#parts;
    const { root, upper } = this.mount;
    const misplaced = await misplacedOnDisk(root);
    if (misplaced !== undefined) return err({ kind: 'rootfs-unusable', detail: misplaced });
    const names =
      network === 'host' ? nameServers(await kindOf(join(root, 'etc/resolv.conf')), upper) : undefined;
    const binds = [...(await this.#debs()), ...(names?.binds ?? [])];
    try {
      return ok(await work({ root, network, binds, tmp: tmp.path }));
    } finally {
      await names?.tidy();
    }
  }

  async close(): Promise<void> {
    await this.#parts.tmp.unmount();
    await this.mount.unmount();
  }

  async #debs(): Promise<Surroundings['binds']> {
    const { debs, tmp } = this.#parts;
    if (debs.length === 0) return debs;
    const kind = await kindOf(join(tmp.path, 'debs'));
    return kind === 'directory' || kind === 'absent' ? debs : [];
  }
}
