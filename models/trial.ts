/** Trying the graphs of a prior once, when it is opened, so that a wrong card is told before any work. */

/**
 * @param side in pixels, of the image that they are tried on.
 * @param trial runs them.
 * @throws Error with what failed, and on what size.
 */
export async function triedAt<T>(side: number, trial: () => Promise<T>): Promise<T> {
  try {
    return await trial();
  } catch (error) {
    const said = (error as Error).message.replace(/\.$/, '');
    throw new Error(`${said} (tried on ${side}×${side} pixels, the least by sizeMultiple of its card).`, {
      cause: error,
    });
  }
}

/**
 * Why gradients cannot be had, as the end of a sentence; undefined where they can.
 * @param trial asks for them where the graphs themselves are known to run.
 */
export async function whyNoGradient(trial: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await trial();
    return undefined;
  } catch (error) {
    return (error as Error).message.replace(/\.$/, '');
  }
}
