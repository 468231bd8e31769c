/** Work of this thread while a network is at its own. */

/**
 * Does the work a moment later: a large array leaves for the network's process in several pieces, and work that began
 * at once would keep the rest of them here. Not so in a web page, which sends arrays whole; a hidden one gets a timer
 * a second at most.
 */
export async function meanwhile<T>(work: () => T): Promise<T> {
  if (!('document' in globalThis)) await new Promise((resolve) => setTimeout(resolve, 1));
  return work();
}
