/** Keeps the few most recently used values that are costly to make, and frees none that is still in use. */
export class Pool<T> {
  /** In order of use, the most recent last. */
  readonly #entries = new Map<string, Entry<T>>();

  /** @param capacity how many are kept while none is in use. */
  constructor(
    readonly capacity: number,
    readonly free: (value: T) => Promise<void>,
  ) {}

  /** The value of this key, made if there is none; a failure to make it is not remembered. */
  async take(key: string, make: () => Promise<T>): Promise<Lease<T>> {
    const entry: Entry<T> = this.#entries.get(key) ?? { value: make(), users: 0, dropped: false };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    entry.users++;
    for (const [oldKey, old] of this.#entries) {
      if (this.#entries.size <= this.capacity) break;
      this.#drop(oldKey, old);
    }
    let ended = false;
    const end = () => {
      if (ended) return;
      ended = true;
      entry.users--;
      this.#freeIfIdle(entry);
    };
    try {
      return { value: await entry.value, end };
    } catch (error) {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
      throw error;
    }
  }

  /** Drops all; what is in use is freed when its use ends. */
  clear(): void {
    for (const [key, entry] of this.#entries) this.#drop(key, entry);
  }

  #drop(key: string, entry: Entry<T>): void {
    this.#entries.delete(key);
    entry.dropped = true;
    this.#freeIfIdle(entry);
  }

  #freeIfIdle(entry: Entry<T>): void {
    if (!entry.dropped || entry.users > 0) return;
    // What could not be made needs no freeing, and its taker was told.
    entry.value.then(this.free).catch(() => {});
  }
}

interface Lease<T> {
  readonly value: T;
  /** Says that the value is no longer in use; again is harmless. */
  end(): void;
}

interface Entry<T> {
  readonly value: Promise<T>;
  users: number;
  dropped: boolean;
}
