/**
 * Factors on a predicted spread by what the measurement alone tells of a pixel: the spread itself, how bright the
 * estimate is, and whether the pixel was measured or is a hole. Between the middles of two groups one interpolates, so
 * that no edge of a group shows in a picture.
 */

/** What is known of each value of an image before its truth; arrays of one length. */
export interface Features {
  /** Predicted half-width, up to a factor; above 0. */
  readonly spread: Float32Array;
  /** Of the estimate. */
  readonly brightness: Float32Array;
  /** 1 where nothing was measured; absent where everything was. */
  readonly hole?: Uint8Array;
}

/** Middles of the groups along both axes, ascending. */
export interface Groups {
  /** Natural logarithms of the spread. */
  readonly spread: readonly number[];
  readonly brightness: readonly number[];
}

/** Of pixels that were measured, and of holes where there are any. */
export interface Grouping {
  readonly measured?: Groups;
  readonly holes?: Groups;
}

/** A number for each group, rows by spread, columns by brightness. */
export type Table = readonly (readonly number[])[];

/** One for each part of the grouping. */
export interface Tables {
  readonly measured?: Table;
  readonly holes?: Table;
}

export type Part = keyof Grouping;

export const partOf = ({ hole }: Features, i: number): Part => (hole?.[i] ? 'holes' : 'measured');

/**
 * How many groups so many images tell of: pixels of one image are alike, so that a group needs several images. More
 * than that learn the images by heart: of 15, six by three held 45 % of others where 50 was to be held.
 */
function groupCounts(images: number): readonly [bySpread: number, byBrightness: number] {
  return [Math.min(Math.max(Math.floor(images / 3), 1), 6), images < 30 ? 1 : 3];
}

/** Groups that hold about as many values each. */
export function groupingOf(images: readonly Features[]): Grouping {
  const [bySpread, byBrightness] = groupCounts(images.length);
  const groups = (part: Part): Groups | undefined => {
    const spread: number[] = [];
    const brightness: number[] = [];
    for (const image of images) {
      for (let i = 0; i < image.spread.length; i++) {
        if (partOf(image, i) !== part) continue;
        spread.push(Math.log(image.spread[i]));
        brightness.push(image.brightness[i]);
      }
    }
    if (spread.length === 0) return undefined;
    return { spread: middles(spread, bySpread), brightness: middles(brightness, byBrightness) };
  };
  return { measured: groups('measured'), holes: groups('holes') };
}

function middles(values: number[], count: number): number[] {
  const sorted = Float64Array.from(values).sort();
  const middle = (k: number) => sorted[Math.floor(((k + 0.5) / count) * sorted.length)];
  return [...new Set(Array.from({ length: count }, (_, k) => Number(middle(k).toPrecision(6))))];
}

/** Fewer values than this tell no quantile of their own. */
const ENOUGH = 200;

/** The quantile of error over spread in each group; where a group has too few, of all with such a spread. */
export function quantilesByGroup(
  images: readonly (Features & { readonly error: Float32Array })[],
  grouping: Grouping,
  level: number,
): Tables {
  const table = (part: Part): Table | undefined => {
    const groups = grouping[part];
    if (groups === undefined) return undefined;
    const cells: number[][][] = groups.spread.map(() => groups.brightness.map(() => []));
    for (const image of images) {
      for (let i = 0; i < image.spread.length; i++) {
        if (partOf(image, i) !== part) continue;
        const row = nearest(groups.spread, Math.log(image.spread[i]));
        cells[row][nearest(groups.brightness, image.brightness[i])].push(image.error[i] / image.spread[i]);
      }
    }
    const factor = (ratios: number[]) => Math.max(quantile(ratios, level), LEAST_FACTOR);
    const whole = factor(cells.flat(2));
    return cells.map((row) => {
      const all = row.flat();
      const shared = all.length < ENOUGH ? whole : factor(all);
      return row.map((cell) => (cell.length < ENOUGH ? shared : factor(cell)));
    });
  };
  return { measured: table('measured'), holes: table('holes') };
}

/** Not 0, by which nothing can be divided: where estimates are the truth. */
const LEAST_FACTOR = 1e-6;

/** The ⌈level·n⌉-th smallest. */
export function quantile(values: ArrayLike<number>, level: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(Math.ceil(level * sorted.length - 1e-9), sorted.length) - 1];
}

function nearest(middles: readonly number[], value: number): number {
  let k = 0;
  while (k + 1 < middles.length && value > (middles[k] + middles[k + 1]) / 2) k++;
  return k;
}

/** Spread times factor of each value. */
export function scaled(image: Features, grouping: Grouping, tables: Tables): Float32Array {
  return image.spread.map((spread, i) => {
    const part = partOf(image, i);
    const [groups, table] = [grouping[part] ?? grouping.measured, tables[part] ?? tables.measured];
    if (groups === undefined || table === undefined) return Number.NaN;
    const [row, down] = between(groups.spread, Math.log(spread));
    const [column, along] = between(groups.brightness, image.brightness[i]);
    const at = (r: number) => mixed(table[r], column, along);
    return spread * (down === 0 ? at(row) : (1 - down) * at(row) + down * at(row + 1));
  });
}

function mixed(row: readonly number[], k: number, share: number): number {
  return share === 0 ? row[k] : (1 - share) * row[k] + share * row[k + 1];
}

/** The middle below and the share of the way to the next; flat beyond both ends. */
function between(middles: readonly number[], value: number): readonly [number, number] {
  const last = middles.length - 1;
  if (!(value > middles[0])) return [0, 0];
  if (value >= middles[last]) return [last, 0];
  let k = 0;
  while (value >= middles[k + 1]) k++;
  return [k, (value - middles[k]) / (middles[k + 1] - middles[k])];
}
