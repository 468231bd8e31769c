/** Files that hold several pictures: each that is asked for is an item of its own. */
import { countPages } from '../io/inputs.js';
import type { PictureLimits } from '../io/picture.js';
import type { Item } from '../io/walk.js';

/** Which pictures of a file that holds several: all, or from the first of two numbers to the second, from 1. */
export type PageRange = 'all' | readonly [first: number, last: number];

/**
 * The items of one file, named `brain#07`. A file that cannot be read, or has no such page, stays one item, which says
 * so when its turn comes.
 */
export async function pagesAsked(
  item: Item,
  range: PageRange | undefined,
  limits: PictureLimits | undefined,
  dataset: string | undefined,
): Promise<readonly Item[]> {
  if (range === undefined) return [item];
  const count = await countPages(item.path, limits, { dataset }).catch(() => 1);
  if (count === 1) return [item];
  const [first, last] = range === 'all' ? [1, count] : range;
  if (first > count) return [{ ...item, page: first }];
  const digits = String(count).length;
  return Array.from({ length: Math.min(last, count) - first + 1 }, (_, i) => {
    const page = first + i;
    return { ...item, name: `${item.name}#${String(page).padStart(digits, '0')}`, page };
  });
}
