/** Memory that the items of a folder share: one begins when what it needs is free. */

/** Bytes for items that are at work at the same time. */
export class Room {
  readonly #places = new Map<string, number>();
  readonly #waiting: Waiting[] = [];

  /** @param bytes for all of them together. */
  constructor(readonly bytes: number) {}

  /**
   * Waits until so many bytes are free, in the order in which they are asked for. One item alone is let in whatever it
   * needs; one that is in stays as it is.
   * @throws the signal's reason when aborted.
   */
  async enter(name: string, bytes: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#places.has(name)) return;
    if (this.#waiting.length === 0 && this.#fits(bytes)) {
      this.#places.set(name, bytes);
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const abort = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(signal?.reason);
        this.#admit();
      };
      const begin = () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      const waiting = { name, bytes, begin };
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiting.push(waiting);
    });
  }

  /** Gives an item's bytes back; again is harmless. */
  leave(name: string): void {
    if (this.#places.delete(name)) this.#admit();
  }

  #fits(bytes: number): boolean {
    const taken = [...this.#places.values()].reduce((sum, place) => sum + place, 0);
    return taken === 0 || taken + bytes <= this.bytes;
  }

  #admit(): void {
    while (this.#waiting.length > 0 && this.#fits(this.#waiting[0].bytes)) {
      const { name, bytes, begin } = this.#waiting.shift()!;
      this.#places.set(name, bytes);
      begin();
    }
  }
}

interface Waiting {
  readonly name: string;
  readonly bytes: number;
  begin(): void;
}
