/** Independent draws, two at a time. */

/**
 * While one chain waits for the network, the other does its own arithmetic: with two the network is hardly ever idle,
 * and more would only hold more memory.
 */
const AT_A_TIME = 2;

/**
 * The results of `draw(0)` … `draw(count − 1)`, in this order. When one fails the signal that all were given is
 * aborted.
 * @throws what the first of them to fail throws, or the reason of `signal`; by then none is at work any more.
 */
export async function drawSideBySide<T>(
  count: number,
  signal: AbortSignal | undefined,
  draw: (k: number, signal: AbortSignal) => Promise<T>,
): Promise<T[]> {
  const failure = new AbortController();
  const stop = signal ? AbortSignal.any([signal, failure.signal]) : failure.signal;
  const drawn = new Array<T>(count);
  let next = 0;
  const lane = async () => {
    try {
      while (next < count) {
        stop.throwIfAborted();
        const k = next++;
        drawn[k] = await draw(k, stop);
      }
    } catch (error) {
      failure.abort(error);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, lane));
  stop.throwIfAborted();
  return drawn;
}
