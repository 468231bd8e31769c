/** Random sets, orders and signs, from integers only: the same on every machine (ARCHITECTURE.md §4.3). */
import { requireNumbers, requireRandom } from '../../src/core/arguments.js';
import type { Random } from '../../src/core/random.js';

/**
 * `count` of the numbers 0 … total−1 in ascending order; each such set is equally likely.
 * @example
 * ```ts
 * import { keyedRandom, randomSubset } from 'retrodict/problem';
 *
 * console.log(randomSubset(3, 10, keyedRandom(0, 'my-operator', 0)('rows'))); // three of 0 … 9, in order
 * ```
 */
export function randomSubset(count: number, total: number, random: Random): Int32Array {
  requireNumbers({ count, total });
  requireRandom(random);
  if (!(count >= 0 && count <= total)) throw new RangeError(`${count} of ${total} numbers cannot be chosen`);
  const chosen = new Int32Array(count);
  // Selection sampling (Knuth, The Art of Computer Programming 2, §3.4.2, algorithm S).
  for (let i = 0, found = 0; found < count; i++) {
    if (random.integer(total - i) < count - found) chosen[found++] = i;
  }
  return chosen;
}

/** The numbers 0 … total−1 in random order (Fisher and Yates). */
export function randomOrder(total: number, random: Random): Int32Array {
  const order = Int32Array.from({ length: total }, (_, i) => i);
  for (let i = total - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/**
 * Signs −1 and 1, equally likely, from integers only.
 * @example
 * ```ts
 * import { keyedRandom, randomSigns } from 'retrodict/problem';
 *
 * console.log(randomSigns(8, keyedRandom(0, 'my-operator', 0)('signs')));
 * ```
 */
export function randomSigns(total: number, random: Random): Int8Array {
  requireNumbers({ total });
  requireRandom(random);
  return Int8Array.from({ length: total }, () => (random.uint32() >>> 31 === 0 ? 1 : -1));
}
