/**
 * A picture seen as blocks: how strong the fine detail of each is, and how strong that of its surroundings. Noise is
 * alike everywhere and detail is not, which is what an estimate of the noise has to go by.
 */
import { type FloatArray, zeros } from './array.js';
import { varianceIn } from './channel-products.js';

/** Pixels along a block's side. */
export const SIDE = 8;
/** More blocks cost time and gain little. */
const MOST_BLOCKS = 25_000;
/** Share of a block's values at the ends of the range from which on its noise has been cut off. */
const MOST_CLIPPED = [0.05, 0.15, 0.3, 0.5] as const;
/** The fewest blocks to look for noise in, and their share of all. */
const FEW = 48;
const FEW_OF_ALL = 0.03;
/** Below 0.05/255 a block's surroundings are constant: a bar, a hole, a drawn area. */
const CONSTANT = (0.05 / 255) ** 2;
/** More than a block's worth of doubt at any scale. */
const HOLE = 1e6;

/** The fine detail of a block: its cosine coefficients of more than a quarter of a cycle a pixel along either axis. */
const FINE = Array.from({ length: SIDE * SIDE }, (_, i) => i).filter(
  (i) => i % SIDE >= SIDE / 2 || i >= (SIDE * SIDE) / 2,
);
const COSINES = Float64Array.from({ length: SIDE * SIDE }, (_, i) => {
  const [k, n] = [Math.floor(i / SIDE), i % SIDE];
  return Math.sqrt((k === 0 ? 1 : 2) / SIDE) * Math.cos((Math.PI * k * (2 * n + 1)) / (2 * SIDE));
});

/** A block of 8×8 pixels. */
export interface Block {
  /** Its top left pixel. */
  readonly y: number;
  readonly x: number;
  /** Mean square of the fine detail over all channels: the variance, where there is nothing but white noise. */
  readonly energy: number;
  /** Mean of that over the neighbours, which share no pixel with the block: says whether it is flat. */
  readonly around: number;
  /** Mean value over all channels. */
  readonly mean: number;
  /** Mean products of the channels' fine details: 00, 01, 11, 02, 12, 22. */
  readonly products: Float64Array;
  /** Share of its values at the ends of the range. */
  readonly clipped: number;
}

/** The blocks that are whole and not among constant ones. @param picture [C, H, W]. @param doubt see `doubtOf`. */
export function usableBlocks(picture: FloatArray, doubt: FloatArray): Block[] {
  const [, height, width] = picture.shape;
  const step = stepOf(height, width);
  const rows = Math.max(0, Math.floor((height - SIDE) / step) + 1);
  const columns = Math.max(0, Math.floor((width - SIDE) / step) + 1);
  const places = Array.from({ length: rows * columns }, (_, i) => {
    return [step * Math.floor(i / columns), step * (i % columns)] as const;
  });
  const products = places.map(([y, x]) => detailProducts(picture, y, x));
  const energies = Float64Array.from(products, (of) => varianceIn(of));
  const around = neighbourMeans(energies, rows, columns, Math.max(1, SIDE / step));
  const blocks = places.flatMap(([y, x], i): Block[] => {
    if (around[i] < CONSTANT) return [];
    const [mean, clipped] = [meanOf(picture, y, x), meanOf(doubt, y, x)];
    return [{ y, x, energy: energies[i], around: around[i], mean, products: products[i], clipped }];
  });
  return blocks.filter(({ clipped }) => clipped <= 1);
}

/** Those that are hardly clipped; of a picture that is clipped nearly everywhere, the less clipped. */
export function clearOf(blocks: readonly Block[]): readonly Block[] {
  const enough = Math.max(FEW, FEW_OF_ALL * blocks.length);
  const choices = MOST_CLIPPED.map((most) => blocks.filter(({ clipped }) => clipped <= most));
  return choices.find(({ length }) => length >= enough) ?? choices[choices.length - 1];
}

/** Blocks overlap by half where they are few; where they are many they lie apart. */
function stepOf(height: number, width: number): number {
  let step = SIDE / 2;
  while ((height / step) * (width / step) > MOST_BLOCKS) step += SIDE / 2;
  return step;
}

/**
 * Mean products of the fine details of each two channels in the block at (y, x): 00, 01, 11, 02, 12, 22. Their mean is
 * the channels' covariance, where there is nothing but white noise.
 */
export function detailProducts(picture: FloatArray, y: number, x: number): Float64Array {
  const [channels] = picture.shape;
  const details = Array.from({ length: channels }, (_, c) => fineDetail(picture, c, y, x));
  const products = new Float64Array((channels * (channels + 1)) / 2);
  for (let c = 0, pair = 0; c < channels; c++) {
    for (let d = 0; d <= c; d++, pair++) {
      for (let i = 0; i < FINE.length; i++) products[pair] += (details[c][i] * details[d][i]) / FINE.length;
    }
  }
  return products;
}

function fineDetail(picture: FloatArray, channel: number, y: number, x: number): Float64Array {
  const [, height, width] = picture.shape;
  const along = new Float64Array(SIDE * SIDE);
  for (let row = 0; row < SIDE; row++) {
    const start = (channel * height + y + row) * width + x;
    for (let k = 0; k < SIDE; k++) {
      let value = 0;
      for (let n = 0; n < SIDE; n++) value += COSINES[k * SIDE + n] * picture.data[start + n];
      along[row * SIDE + k] = value;
    }
  }
  return Float64Array.from(FINE, (i) => {
    const [v, u] = [i >> 3, i % SIDE];
    let value = 0;
    for (let row = 0; row < SIDE; row++) value += COSINES[v * SIDE + row] * along[row * SIDE + u];
    return value;
  });
}

/** Over the block at (y, x) in all channels. */
function meanOf({ data, shape }: FloatArray, y: number, x: number): number {
  const [channels, height, width] = shape;
  let sum = 0;
  for (let c = 0; c < channels; c++) {
    for (let row = y; row < y + SIDE; row++) {
      const start = (c * height + row) * width + x;
      for (let n = 0; n < SIDE; n++) sum += data[start + n];
    }
  }
  return sum / (channels * SIDE * SIDE);
}

/** The mean over up to eight neighbours at a distance of `apart` blocks. */
function neighbourMeans(values: Float64Array, rows: number, columns: number, apart: number): Float64Array {
  return values.map((_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    let [sum, count] = [0, 0];
    for (const y of [row - apart, row, row + apart]) {
      for (const x of [column - apart, column, column + apart]) {
        if ((y === row && x === column) || y < 0 || y >= rows || x < 0 || x >= columns) continue;
        sum += values[y * columns + x];
        count++;
      }
    }
    return count > 0 ? sum / count : 0;
  });
}

/** The picture at half the size: means of 2×2 pixels. An odd last row or column is left out. */
export function halfSize({ data, shape }: FloatArray): FloatArray {
  const [channels, height, width] = shape;
  const [rows, columns] = [height >> 1, width >> 1];
  const half = zeros([channels, rows, columns]);
  for (let c = 0, i = 0; c < channels; c++) {
    for (let y = 0; y < rows; y++) {
      const top = (c * height + 2 * y) * width;
      for (let x = 0; x < columns; x++, i++) {
        const at = top + 2 * x;
        half.data[i] = (data[at] + data[at + 1] + data[at + width] + data[at + width + 1]) / 4;
      }
    }
  }
  return half;
}

/**
 * The share of each pixel's channels that is at an end of the range, where noise has been cut off, [1, H, W]; far above
 * 1 in holes.
 * @param observed 0 where a pixel holds nothing.
 */
export function doubtOf(picture: FloatArray, observed?: Float32Array): FloatArray {
  const [channels, height, width] = picture.shape;
  const doubt = zeros([1, height, width]);
  for (let i = 0; i < doubt.data.length; i++) {
    for (let c = 0; c < channels; c++) {
      const value = picture.data[c * height * width + i];
      if (value === 0 || value === 1) doubt.data[i] += 1 / channels;
    }
    if (observed && observed[i] === 0) doubt.data[i] = HOLE;
  }
  return doubt;
}
