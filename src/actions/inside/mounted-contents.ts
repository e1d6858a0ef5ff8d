import type { Contents, ReadContent } from '../../pack/index.js';
import { mountReadOnly, type RootfsState } from '../../rootfs/index.js';
import type { LayerStore } from '../../store/index.js';
import { ContentReader } from './content-reader.js';

interface Opened {
  readonly read: ReadContent;
  readonly unmount: () => Promise<void>;
}

/** The files of a state, read through a mount, since a file may lie in any of the layers. */
export class MountedContents implements Contents {
  readonly #open: () => Promise<Opened>;
  #opened: Promise<Opened> | undefined;
  #closing: Promise<void> = Promise.resolve();

  /** @param workspace a private empty directory on the store's file system */
  constructor(state: RootfsState, workspace: string, layers: LayerStore) {
    this.#open = async () => {
      const ids = state.layers.map(({ id }) => id);
      const mount = await mountReadOnly(layers, workspace, ids);
      const reader = await ContentReader.open(mount.root, state, layers);
      return { read: (member, into) => reader.read(member, into), unmount: () => mount.unmount() };
    };
  }

  async open(): Promise<ReadContent> {
    this.#opened ??= this.#closing.then(this.#open);
    return (await this.#opened).read;
  }

  /** Unmounting takes a program, and goes on beside whatever the caller does next. */
  release(): void {
    const opened = this.#opened;
    this.#opened = undefined;
    if (opened !== undefined) this.#closing = opened.then(({ unmount }) => unmount());
    this.#closing.catch(() => undefined);
  }

  /** Resolves when nothing is mounted any more. */
  close(): Promise<void> {
    this.release();
    return this.#closing;
  }
}
