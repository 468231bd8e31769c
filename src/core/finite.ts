/** Telling which part gave a value that is not finite: operators and priors may be anybody's. */
import { type FloatArray, formatShape } from './array.js';
import { UsageError } from './errors.js';
import type { Awaitable, Linearization } from './linearization.js';

/** Above this size of what it is given, a part that overflows is not to blame. */
const LARGE = 1e6;

/**
 * What a part gives for `from`, where all of it is finite, or where what it was given is not, or is huge: then the
 * fault lies before it.
 * @param part names it: "the prior photo".
 * @throws Error that names the part.
 */
export async function finite(
  part: string,
  from: FloatArray,
  compute: () => Awaitable<FloatArray>,
): Promise<FloatArray> {
  const given = await compute();
  if (allFinite(given) || !from.data.every((value) => Math.abs(value) <= LARGE)) return given;
  const place = given.data.findIndex((value) => !Number.isFinite(value));
  throw new Error(
    `${part} gives ${given.data[place]} for finite values (value ${place} of ${formatShape(given.shape)})`,
  );
}

/** The same of a value with its vector-Jacobian products. */
export async function finiteLinearization(
  part: string,
  from: FloatArray,
  compute: () => Awaitable<Linearization>,
): Promise<Linearization> {
  const linearization = await compute();
  try {
    await finite(part, from, () => linearization.value);
  } catch (error) {
    linearization.release();
    throw error;
  }
  return {
    value: linearization.value,
    pullback: (v) => finite(`the gradient of ${part}`, v, () => linearization.pullback(v)),
    release: () => linearization.release(),
  };
}

/** @throws UsageError where an array of the user's holds NaN or infinite values. @param what names it. */
export function requireFinite(array: FloatArray, what: string): void {
  const { data, shape } = array;
  const place = data.findIndex((value) => !Number.isFinite(value));
  if (place < 0) return;
  const found = `${data[place]} (value ${place} of ${formatShape(shape)})`;
  throw new UsageError(`${what} holds ${found}, expected finite numbers`);
}

/** A plain loop without branches, since it is run at every call. Four at once: each addition waits for the last. */
function allFinite({ data }: FloatArray): boolean {
  const single = data.length % 4;
  let zero = 0;
  for (let i = 0; i < single; i++) zero += 0 * data[i];
  for (let i = single; i < data.length; i += 4) {
    zero += 0 * (data[i] + data[i + 1] + (data[i + 2] + data[i + 3]));
  }
  return zero === 0;
}
