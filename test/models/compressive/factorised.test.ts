import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { Factorised, factorisedTables } from '../../../models/compressive/factorised.js';
import { floatArray, zeros } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';

const path = new URL('../../../models/weights/photo-compressive/hyper-prior.json', import.meta.url);
const shipped = new Factorised(factorisedTables.parse(JSON.parse(await readFile(path, 'utf8'))));

/** One layer: σ(2h + 1), a logistic law of mean −½ and scale ½. */
const logistic = new Factorised({ matrices: [[[[2]]]], biases: [[[1]]], factors: [] });

function everyChannel(value: number) {
  const h = zeros([shipped.channels, 1, 1]);
  h.data.fill(value);
  return h;
}

it('sums to one over whole numbers, in every channel together', () => {
  let mass = 0;
  for (let c = 0; c < shipped.channels; c++) {
    const law = new Factorised({
      matrices: shipped.tables.matrices.map((layer) => [layer[c]]),
      biases: shipped.tables.biases.map((layer) => [layer[c]]),
      factors: shipped.tables.factors.map((layer) => [layer[c]]),
    });
    for (let k = -60; k <= 60; k++)
      mass += Math.exp(-law.rate(floatArray(Float32Array.of(k), [1, 1, 1])).nats);
  }
  expect(mass / shipped.channels).toBeCloseTo(1, 5);
});

it('is a logistic law where there is one layer, in the far tails too', () => {
  const mass = (h: number) => 1 / (1 + Math.exp(-2 * h - 2)) - 1 / (1 + Math.exp(-2 * h));
  for (const h of [-3, 0, 0.75]) {
    expect(logistic.rate(floatArray(Float32Array.of(h), [1, 1, 1])).nats).toBeCloseTo(-Math.log(mass(h)), 10);
  }
  // At h = 100 the mass is e^(−200)(1 − e^(−2)), which the difference of two numbers near 1 is not.
  const far = logistic.rate(floatArray(Float32Array.of(100), [1, 1, 1]));
  expect(far.nats).toBeCloseTo(200 - Math.log(1 - Math.exp(-2)), 9);
  expect(far.gradient.data[0]).toBeCloseTo(2, 9);
});

it('has the gradient of its finite differences', () => {
  const step = 2 ** -8;
  for (const value of [-6, -0.5, 0, 1.25, 9]) {
    const { gradient } = shipped.rate(everyChannel(value));
    const sum = gradient.data.reduce((total, g) => total + g, 0);
    const difference =
      shipped.rate(everyChannel(value + step)).nats - shipped.rate(everyChannel(value - step)).nats;
    const slope = difference / (2 * step);
    expect(Math.abs(sum - slope)).toBeLessThan(3e-4 * Math.abs(slope) + 1e-4);
  }
});

it('is drawn as its law says: mean −½, variance of the law and of rounding', () => {
  const { data } = logistic.draw([1, 100, 100], keyedRandom(0, 'factorised', 0)('h'));
  const mean = data.reduce((sum, h) => sum + h, 0) / data.length;
  const variance = data.reduce((sum, h) => sum + (h - mean) ** 2, 0) / data.length;
  const expected = Math.PI ** 2 / 12 + 1 / 12;
  expect(Math.abs(mean + 0.5)).toBeLessThan(4 * Math.sqrt(expected / data.length));
  // The kurtosis of a logistic law is 4.2.
  expect(Math.abs(variance - expected)).toBeLessThan(4 * expected * Math.sqrt(3.2 / data.length));
});

it.each([
  [
    'layers that do not follow one another',
    { matrices: [[[[1]]], [[[1, 1]]]], biases: [[[0]], [[0]]], factors: [[[0]]] },
  ],
  ['factors for the last layer', { matrices: [[[[1]]]], biases: [[[0]]], factors: [[[0]]] }],
  ['another number of channels', { matrices: [[[[1]], [[1]]]], biases: [[[0]]], factors: [] }],
  ['no number', { matrices: [[[['a']]]], biases: [[[0]]], factors: [] }],
])('refuses %s', (_, tables) => {
  expect(factorisedTables.safeParse(tables).success).toBe(false);
});
