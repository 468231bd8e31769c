/**
 * Which noise levels a denoiser knows, found by trying: over those that it was trained for it leaves an ever smaller
 * share of the noise as the noise grows, and beyond them the share stays as it is. Below them it takes away as much as
 * at the least that it knows, which is soon more than there is.
 */
import { type FloatArray, floatArray, zeros } from '../src/core/array.js';
import { keyedRandom } from '../src/core/random.js';
import { difference, norm } from '../src/core/vector.js';

type Denoise = (x: FloatArray, sigma: number) => Promise<FloatArray>;

/** ‖D(x0 + σ n, σ) − x0‖/‖σ n‖: below 1 where noise is removed. */
export async function shareLeft(denoise: Denoise, clean: FloatArray, sigma: number): Promise<number> {
  const noise = keyedRandom(0, 'probe', 0)('noise').normals(clean.shape);
  const noisy = floatArray(
    clean.data.map((value, k) => value + sigma * noise.data[k]),
    clean.shape,
  );
  const left = norm(difference(await denoise(noisy, sigma), clean).data);
  return left / (sigma * norm(noise.data));
}

/** Where a level is known the share falls at least as σ to this power. */
const FALL = -0.2;

/** Below what is known it grows as 1/σ as σ falls; where it is known, more slowly than σ to this power. */
const GROWTH = -0.5;

/** The search begins at the least level at which a tenth of the noise is removed. */
const START = 0.9;

const LEVELS_TRIED = 16;

/** Halvings of the step between the last level that is known and the first that is not. */
const HALVINGS = 3;

/**
 * The levels within a range that the denoiser knows; the range itself where it removes no noise from the picture that
 * is tried. Units of the range ([0, 1] units of images).
 * @param channels of the images.
 */
export async function knownLevels(
  denoise: Denoise,
  channels: number,
  range: readonly [number, number],
): Promise<readonly [number, number]> {
  const clean = deadLeaves(channels);
  const share = (sigma: number) => shareLeft(denoise, clean, sigma);
  const step = (range[1] / range[0]) ** (1 / (LEVELS_TRIED - 1));
  const levels = Array.from({ length: LEVELS_TRIED }, (_, k) => range[0] * step ** k);
  const shares: number[] = [];
  for (const level of levels) shares.push(await share(level));
  const start = shares.findIndex((left) => left < START);
  if (start < 0) return range;

  const above = async (sigma: number, k: number) =>
    (await share(sigma)) <= shares[k] * (sigma / levels[k]) ** FALL;
  const below = async (sigma: number, k: number) =>
    (await share(sigma)) <= Math.max(1, shares[k] * (sigma / levels[k]) ** GROWTH);
  let last = start;
  while (last < LEVELS_TRIED - 1 && (await above(levels[last + 1], last))) last++;
  let first = start;
  while (first > 0 && (await below(levels[first - 1], first))) first--;
  return [
    first === 0 ? range[0] : await border(levels[first], levels[first - 1], (sigma) => below(sigma, first)),
    last === LEVELS_TRIED - 1
      ? range[1]
      : await border(levels[last], levels[last + 1], (sigma) => above(sigma, last)),
  ];
}

/** A level near the end of those that are good, itself good. */
async function border(
  good: number,
  bad: number,
  isGood: (sigma: number) => Promise<boolean>,
): Promise<number> {
  let [inside, outside] = [good, bad];
  for (let k = 0; k < HALVINGS; k++) {
    const middle = Math.sqrt(inside * outside);
    if (await isGood(middle)) inside = middle;
    else outside = middle;
  }
  return inside;
}

const SIDE = 64;

/**
 * Discs of many sizes that hide one another: edges and fine detail as photographs have them (Lee, Mumford and Huang
 * 2001, "Occlusion models for natural images").
 */
function deadLeaves(channels: number): FloatArray {
  const random = keyedRandom(0, 'probe', 0)('leaves');
  const image = zeros([channels, SIDE, SIDE]);
  const area = SIDE * SIDE;
  for (let leaf = 0; leaf < 300; leaf++) {
    const [x, y] = [SIDE * random.uniform(), SIDE * random.uniform()];
    // Radii of density r⁻³ from 4 to 20 pixels.
    const radius = 4 / Math.sqrt(1 - random.uniform() * (1 - (4 / 20) ** 2));
    const colour = Array.from({ length: channels }, () => 0.25 + 0.5 * random.uniform());
    for (let i = 0; i < area; i++) {
      if (Math.hypot((i % SIDE) - x, Math.floor(i / SIDE) - y) > radius) continue;
      for (let c = 0; c < channels; c++) image.data[c * area + i] = colour[c];
    }
  }
  return image;
}
