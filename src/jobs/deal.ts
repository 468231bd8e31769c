/** Deals the items of a folder out, where other runs may take some. */

import { setTimeout as pause } from 'node:timers/promises';

/** How often a run looks whether an item of another's has become free, in milliseconds. */
const LOOK_EVERY = 1000;

interface Dealing<I> {
  /** False where another run works on it. */
  readonly claim: (item: I) => Promise<boolean>;
  readonly signal?: AbortSignal;
  /** Told once: nothing is left but so many items, which others work on. */
  readonly onWait?: (items: number) => void;
  readonly lookEvery?: number;
}

/**
 * Each item once it is claimed, in their order; those of other runs are asked for again when all others are dealt out,
 * for their run may die.
 * @param queue what is to come; an item that is pushed back comes again.
 */
export async function* dealt<I>(
  queue: I[],
  { claim, signal, onWait, lookEvery = LOOK_EVERY }: Dealing<I>,
): AsyncGenerator<I, void, undefined> {
  let told = false;
  while (queue.length > 0) {
    const round = queue.splice(0);
    let free = false;
    for (const item of round) {
      signal?.throwIfAborted();
      if (await claim(item)) {
        free = true;
        yield item;
      } else queue.push(item);
    }
    if (free || queue.length === 0) continue;
    if (!told) onWait?.(queue.length);
    told = true;
    await pause(lookEvery, undefined, { signal }).catch(() => {}); // the next round says that it was stopped
  }
}
