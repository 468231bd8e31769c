/** Work of this thread while a network is at its own. */

/**
 * Does the work a moment later: a large array leaves for the network's process in several pieces, and work that began
 * at once would keep the rest of them here.
 */
export async function meanwhile<T>(work: () => T): Promise<T> {
  await new Promise((resolve) => setTimeout(resolve, 1));
  return work();
}
