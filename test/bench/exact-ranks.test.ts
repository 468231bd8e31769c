import { expect, it } from 'vitest';
import { exactRanks } from '../../src/bench/exact-ranks.js';
import { mixtureReference } from '../../src/bench/reference.js';
import { floatArray, mapArray } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';

const { posterior, mixture } = mixtureReference;
const random = keyedRandom(7, 'test', 0);
const points = (name: string, count: number, from = posterior) => {
  const stream = random(name);
  return Array.from({ length: count }, () => from.sample(stream));
};
const arrays = (all: readonly Float64Array[]) =>
  all.map((point) => floatArray(Float32Array.from(point), [1, 1, 2]));

it('exact samples have uniform ranks, narrow ones have not', () => {
  const truth = points('truth', 3000);
  const samples = arrays(points('samples', 600));
  const exact = exactRanks({ samples }, truth, random)!;
  expect(Math.abs(exact.deviation)).toBeLessThan(3 * exact.error);
  const mean = posterior.mean();
  const narrow = samples.map((x) => mapArray(x, (value, i) => mean[i] + 0.7 * (value - mean[i])));
  const found = exactRanks({ samples: narrow }, truth, random)!;
  expect(found.deviation).toBeGreaterThan(5 * found.error);
});

it('weights count: samples of the prior have uniform ranks once they have them', () => {
  const all = points('prior', 3000, mixture);
  const logWeights = all.map(([u, v]) => -0.5 * ((0.8 - u - 0.5 * v) / 0.5) ** 2);
  const samples = arrays(all);
  const truth = points('truth', 9000);
  expect(exactRanks({ samples }, truth, random)!.deviation).toBeGreaterThan(0.05);
  const weighted = exactRanks({ samples, logWeights }, truth, random)!;
  expect(Math.abs(weighted.deviation)).toBeLessThan(4 * weighted.error);
});

it('few samples tell nothing', () => {
  expect(exactRanks({ samples: arrays(points('few', 26)) }, points('truth', 130), random)).toBeUndefined();
});
