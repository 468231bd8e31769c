/** Independent draws, several at a time. */

/**
 * The results of `draw(0)` … `draw(count − 1)`, in this order. When one fails the signal that all were given is
 * aborted.
 * @param atATime how many are at work at a time, at most.
 * @throws what the first of them to fail throws, or the reason of `signal`; by then none is at work any more.
 */
export async function drawSideBySide<T>(
  count: number,
  atATime: number,
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
  await Promise.all(Array.from({ length: Math.min(atATime, count) }, lane));
  stop.throwIfAborted();
  return drawn;
}

/**
 * The same for results that are put together as they come, which then need not be kept: `use` is given one after
 * another, in the order of k, so that sums of them do not depend on who was quicker.
 * @throws as `drawSideBySide`.
 */
export async function drawInOrder<T>(
  count: number,
  atATime: number,
  signal: AbortSignal | undefined,
  draw: (k: number, signal: AbortSignal) => Promise<T>,
  use: (result: T, k: number) => void,
): Promise<void> {
  let before: Promise<unknown> = Promise.resolve();
  await drawSideBySide(count, atATime, signal, async (k, stop) => {
    const result = draw(k, stop);
    const turn = Promise.all([result, before]).then(([value]) => use(value, k));
    before = turn;
    await turn;
  });
}
