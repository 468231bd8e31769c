/** Where the elements of a padded axis come from. */

type PaddingMode = 'reflect' | 'edge' | 'wrap';

/** A stretch of a padded axis that walks along the source: element `at + i` is source element `from + i·step`. */
export interface Run {
  readonly at: number;
  readonly from: number;
  readonly step: -1 | 0 | 1;
  readonly length: number;
}

/**
 * The source element of each element of a padded axis. Reflection does not repeat the border. Negative amounts crop
 * first, and what is left is padded.
 */
export function paddingIndex(mode: PaddingMode, size: number, before: number, after: number): number[] {
  const first = Math.max(0, -before);
  const count = size - first - Math.max(0, -after);
  const lead = Math.max(0, before);
  return Array.from({ length: lead + count + Math.max(0, after) }, (_, i) => {
    return first + sourceIndex(mode, i - lead, count);
  });
}

function sourceIndex(mode: PaddingMode, i: number, count: number): number {
  if (mode === 'edge') return Math.min(Math.max(i, 0), count - 1);
  const modulo = (period: number) => ((i % period) + period) % period;
  if (mode === 'wrap') return modulo(count);
  if (count === 1) return 0;
  const phase = modulo(2 * (count - 1));
  return phase < count ? phase : 2 * (count - 1) - phase;
}

/** Cuts an index into the longest runs, from the left. */
export function runsOf(index: readonly number[]): Run[] {
  const runs: Run[] = [];
  let at = 0;
  while (at < index.length) {
    const difference = index[at + 1] - index[at];
    const step = difference === 1 || difference === -1 ? difference : 0;
    let end = at + 1;
    while (end < index.length && index[end] === index[end - 1] + step) end++;
    runs.push({ at, from: index[at], step, length: end - at });
    at = end;
  }
  return runs;
}
