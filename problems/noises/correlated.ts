/**
 * Gaussian noise that neighbouring pixels and channels share, as demosaicing, sharpening and JPEG leave it: y = clean +
 * d·g, where g is stationary with a covariance K known by octave, and the level d goes with the brightness of the clean
 * value.
 */
import { z } from 'zod';
import { type FloatArray, floatArray, mapArray, type Shape } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import type { NoiseFamily } from '../family.js';
import type { NoiseModel } from '../noise.js';
import { type OctaveCovariance, octaveCovariance } from '../parts/octave-covariance.js';

const options = z.strictObject({
  octaves: z
    .array(z.number())
    .min(1)
    .max(120)
    .describe(
      'variance in each octave of frequency, finest first, as a density: white noise of σ has σ² in all; of three channels 00, 01, 11, 02, 12, 22 for each octave',
    ),
  channels: z
    .int()
    .min(1)
    .max(3)
    .default(1)
    .describe('whose covariance the octaves hold; 1: the channels are independent and alike'),
  levels: z
    .array(z.number().positive())
    .min(2)
    .max(64)
    .default([1, 1])
    .describe('factor of the standard deviation at equally spaced brightnesses from 0 to 1'),
});

/**
 * @param octaves densities by octave, finest first; each one number, or the channels' covariance 00, 01, 11, 02, 12,
 * 22.
 * @param levels factor of the standard deviation at equally spaced brightnesses from 0 to 1, at least two.
 */
export function correlatedNoise(
  octaves: readonly (readonly number[])[],
  levels: readonly number[] = [1, 1],
): NoiseModel {
  const { covarianceFor, levelOf, slopeOf } = { covarianceFor: remembered(octaves), ...curveOf(levels) };
  const standardised = (clean: FloatArray, y: FloatArray) =>
    mapArray(y, (value, i) => (value - clean.data[i]) / levelOf(clean.data[i]));
  const squares = (clean: FloatArray, y: FloatArray) => {
    const { eigenvalues, toSpectrum } = covarianceFor(clean.shape);
    const { data } = toSpectrum(standardised(clean, y));
    return data.reduce((sum, u, i) => sum + (u * u) / eigenvalues[i], 0);
  };
  return {
    name: 'correlated',
    octaves,
    sample(clean, random) {
      const { eigenvalues, fromSpectrum } = covarianceFor(clean.shape);
      const u = eigenvalues.map((value) => Math.sqrt(value) * random.normal());
      const grain = fromSpectrum(floatArray(u, [u.length]));
      return mapArray(clean, (value, i) => value + levelOf(value) * grain.data[i]);
    },
    logLikelihood(clean, y) {
      const { eigenvalues } = covarianceFor(clean.shape);
      const logs = eigenvalues.reduce((sum, value) => sum + Math.log(2 * Math.PI * value), 0);
      const logLevels = clean.data.reduce((sum, value) => sum + Math.log(levelOf(value)), 0);
      return -0.5 * (squares(clean, y) + logs) - logLevels;
    },
    gradient(clean, y) {
      const { eigenvalues, toSpectrum, fromSpectrum } = covarianceFor(clean.shape);
      const residual = standardised(clean, y);
      const u = toSpectrum(residual);
      const pull = fromSpectrum(mapArray(u, (value, i) => value / eigenvalues[i]));
      return mapArray(pull, (value, i) => {
        const slope = slopeOf(clean.data[i]);
        return (value + slope * (value * residual.data[i] - 1)) / levelOf(clean.data[i]);
      });
    },
    deviance: squares,
    whitening: (clean) => ({
      covariance: covarianceFor(clean.shape),
      levels: levels.every((level) => level === levels[0]) ? levels[0] : clean.data.map(levelOf),
    }),
    observing() {
      throw new UsageError(
        'correlated noise is one of whole images, but the measurement has holes; use gaussian',
      );
    },
  };
}

/** The covariance of each shape, made once. */
function remembered(octaves: readonly (readonly number[])[]): (shape: Shape) => OctaveCovariance {
  const made = new Map<string, OctaveCovariance>();
  return (shape) => {
    const key = shape.join('×');
    const known = made.get(key) ?? octaveCovariance(octaves, shape);
    made.set(key, known);
    return known;
  };
}

/** The broken line through the levels, constant outside [0, 1], and its slope. */
function curveOf(levels: readonly number[]) {
  const cells = levels.length - 1;
  const cellOf = (value: number) => Math.min(cells - 1, Math.floor(value * cells));
  return {
    levelOf(value: number): number {
      if (!(value > 0)) return levels[0];
      if (value >= 1) return levels[cells];
      const cell = cellOf(value);
      return levels[cell] + (value * cells - cell) * (levels[cell + 1] - levels[cell]);
    },
    slopeOf(value: number): number {
      if (!(value > 0) || value >= 1) return 0;
      const cell = cellOf(value);
      return (levels[cell + 1] - levels[cell]) * cells;
    },
  };
}

export const correlated: NoiseFamily<typeof options> = {
  name: 'correlated',
  summary: 'Gaussian noise with grain: its strength by octave, channels that share it, levels by brightness',
  options,
  create({ octaves, channels, levels }) {
    const pairs = (channels * (channels + 1)) / 2;
    if (octaves.length % pairs !== 0) {
      throw new UsageError(
        `correlated:octaves has ${octaves.length} numbers, expected ${pairs} for each octave of ${channels} channels`,
      );
    }
    const rows = Array.from({ length: octaves.length / pairs }, (_, k) =>
      octaves.slice(k * pairs, (k + 1) * pairs),
    );
    return correlatedNoise(rows, levels);
  },
};
