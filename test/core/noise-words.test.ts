import { describe, expect, it } from 'vitest';
import { squareOf, strongestSigma } from '../../src/core/channel-products.js';
import type { NoiseMeasurement } from '../../src/core/noise-measure.js';
import { describeNoise, grainOf, hidingSigma, pixelSigma } from '../../src/core/noise-words.js';

/** Levels of 2, 4 and 6/255 in the three octaves. */
const grey: NoiseMeasurement = {
  kind: 'correlated',
  sigma: 2 / 255,
  octaves: [[(2 / 255) ** 2], [(4 / 255) ** 2], [(6 / 255) ** 2]],
  levels: [1, 1, 1, 1, 1],
  unlikeness: 0.3,
};
/** Channels of levels 1, 2 and 3/255, that go together by a half. */
const products = [1, 0.5 * 2, 4, 0.5 * 3, 0.5 * 6, 9].map((value) => value / 255 ** 2);
const colour: NoiseMeasurement = {
  ...grey,
  octaves: [products, products.map((value) => 4 * value), products.map((value) => 16 * value)],
};

describe('of noise that is not white', () => {
  it('a pixel has the octaves’ variances by their share of all frequencies', () => {
    // ¾·4 + 3/16·16 + 1/16·36
    expect(255 * pixelSigma(grey)).toBeCloseTo(Math.sqrt(3 + 3 + 2.25), 10);
    // The mean of the channels: 14/3, four times and 16 times that.
    expect(255 * pixelSigma(colour)).toBeCloseTo(Math.sqrt((14 / 3) * (3 / 4 + 3 / 4 + 1)), 10);
  });

  it('the grain is how much stronger the second octave is', () => {
    expect(grainOf(grey)).toBeCloseTo(2, 12);
    expect(grainOf(colour)).toBeCloseTo(2, 12);
  });

  it('what hides it is as strong as the strongest colour of its second octave', () => {
    expect(255 * hidingSigma(grey)).toBeCloseTo(4, 10);
    // Of [[1, 1, 1.5], [1, 4, 3], [1.5, 3, 9]] the largest eigenvalue, times 4 (numpy.linalg.eigvalsh).
    expect(255 * hidingSigma(colour)).toBeCloseTo(Math.sqrt(4 * LARGEST), 8);
  });
});

/** numpy.linalg.eigvalsh([[1, 1, 1.5], [1, 4, 3], [1.5, 3, 9]])[-1] */
const LARGEST = 10.731921653651707;

it.each(['white', 'none', 'signal-dependent', 'unknown'] as const)('of noise of kind %s all is σ', (kind) => {
  const noise = { ...grey, kind };
  expect([pixelSigma(noise), hidingSigma(noise), grainOf(noise)]).toEqual([2 / 255, 2 / 255, 1]);
  expect(pixelSigma({ ...noise, octaves: [] })).toBe(2 / 255);
});

it('products of channels are packed as 00, 01, 11, 02, 12, 22', () => {
  expect([...squareOf([1, 2, 3, 4, 5, 6], 3)]).toEqual([1, 2, 4, 2, 3, 5, 4, 5, 6]);
  expect([...squareOf([7], 1)]).toEqual([7]);
  expect(strongestSigma([9])).toBe(3);
  // Two channels alike, that go together by ρ: 1 + ρ.
  expect(strongestSigma([4, 2, 4])).toBeCloseTo(Math.sqrt(6), 12);
});

describe('describeNoise', () => {
  const level = { ...grey, sigma: 3.44 / 255 };
  it.each<[NoiseMeasurement, string]>([
    [{ ...level, kind: 'white' }, 'σ 3.4/255, white'],
    [{ ...level, kind: 'none', sigma: 0.123 / 255 }, 'none to be seen (σ 0.12/255)'],
    [
      { ...level, kind: 'unknown', unlikeness: 0.9, levels: [2, 1, 1, 1, 1] },
      'σ 3.4/255 at least: no part is flat enough to tell noise from detail',
    ],
    [
      { ...level, kind: 'signal-dependent', levels: [1.5, 1.2, 1, 1, 0.8] },
      'σ 3.4/255, white, stronger in shadows',
    ],
    [
      { ...level, kind: 'signal-dependent', levels: [0.8, 1, 1, 1, 1.2] },
      'σ 3.4/255, white, stronger in bright parts',
    ],
    [grey, 'σ 2.9/255, grain of 2.0 px'],
    [
      { ...grey, levels: [2, 1, 1, 1, 0.5], unlikeness: 0.56 },
      'σ 2.9/255, grain of 2.0 px, stronger in shadows, uncertain, for it may be detail',
    ],
    [{ ...level, kind: 'white', unlikeness: 0.54 }, 'σ 3.4/255, white'],
  ])('%#: %s', (noise, sentence) => {
    expect(describeNoise(noise)).toBe(sentence);
  });
});
