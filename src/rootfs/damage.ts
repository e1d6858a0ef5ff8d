/**
 * Thrown inside a worker when the store no longer holds what it was asked for. The worker's host disowns what is
 * damaged and turns this into a failure, so that trying again makes it anew.
 */
export class StoreDamage extends Error {
  readonly layer: string | undefined;

  constructor(message: string, layer?: string) {
    super(message);
    this.layer = layer;
  }
}
