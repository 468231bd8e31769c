/** What lies in holes is no data: not to a noise model, not to a count, not to a misfit. */
import { describe, expect, it } from 'vitest';
import { devianceOf, type NoiseModel, residualOf } from '../../problems/noise.js';
import { gaussianNoise } from '../../problems/noises/gaussian.js';
import { poissonNoise } from '../../problems/noises/poisson.js';
import { uniformNoise } from '../../problems/noises/uniform.js';
import { countObserved, observedNoise, zeroHoles } from '../../problems/observed.js';
import { diagonal } from '../../problems/parts/diagonal.js';
import { floatArray } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';

const row = (...values: number[]) => floatArray(Float32Array.from(values), [1, 1, values.length]);
const observed = Float32Array.of(1, 0, 1, 1, 0);
/** What is far off in the holes, and the same without them. */
const [clean, y] = [row(0.2, 900, 0.5, 0.8, -7), row(0.3, 0, 0.4, 0.9, 0)];
const [cleanSeen, ySeen] = [row(0.2, 0.5, 0.8), row(0.3, 0.4, 0.9)];

describe.each<{ noise: NoiseModel }>([
  { noise: gaussianNoise(0.2) },
  { noise: poissonNoise(0.1) },
  { noise: uniformNoise(0.25) },
])('$noise.name on the observed values', ({ noise }) => {
  const seen = observedNoise(noise, observed);

  it('has their likelihood and deviance, whatever is in the holes', () => {
    expect(seen.logLikelihood(clean, y)).toBeCloseTo(noise.logLikelihood(cleanSeen, ySeen), 6);
    expect(devianceOf(seen, clean, y)).toBeCloseTo(devianceOf(noise, cleanSeen, ySeen), 6);
    expect(devianceOf(seen, clean, y)).toBeGreaterThan(0);
  });

  it('has their gradient and residual, and 0 in the holes', () => {
    for (const of of [
      (model: NoiseModel, x: typeof y, measured: typeof y) => model.gradient(x, measured),
      residualOf,
    ]) {
      const [a, b, c] = of(noise, cleanSeen, ySeen).data;
      expect([...of(seen, clean, y).data]).toEqual([a, 0, b, c, 0]);
    }
  });

  it('draws no noise in the holes', () => {
    const drawn = seen.sample(clean, keyedRandom(0, 'holes', 0)('x'));
    const alone = noise.sample(cleanSeen, keyedRandom(0, 'holes', 0)('x')).data;
    expect(drawn.shape).toEqual([1, 1, 5]);
    expect([...drawn.data]).toEqual([alone[0], 0, alone[1], alone[2], 0]);
  });
});

describe('the deviance of a value that was drawn', () => {
  it('is about 1 on average over the values that are observed', () => {
    const count = 30_000;
    const holes = Float32Array.from({ length: count }, (_, i) => (i % 3 === 0 ? 0 : 1));
    const operator = { ...diagonal([1, 1, count], holes), observed: holes };
    expect(countObserved(operator)).toBe(20_000);
    const noise = observedNoise(gaussianNoise(0.1), holes);
    const scene = floatArray(new Float32Array(count).fill(0.5), [1, 1, count]);
    const measured = noise.sample(scene, keyedRandom(1, 'deviance', 0)('x'));
    // Four standard errors of 20,000 squares of normals.
    expect(Math.abs(devianceOf(noise, scene, measured) / countObserved(operator) - 1)).toBeLessThan(0.04);
  });
});

describe('zeroHoles', () => {
  const operator = { ...diagonal([1, 1, 5], observed), observed };

  it('puts 0 into holes and leaves the rest', () => {
    expect([...zeroHoles(row(1, 2, 3, 4, 5), operator).data]).toEqual([1, 0, 3, 4, 0]);
  });

  it('gives back a measurement without holes as it is', () => {
    const whole = row(1, 2);
    expect(zeroHoles(whole, diagonal([1, 1, 2], Float32Array.of(1, 1)))).toBe(whole);
    expect(countObserved(diagonal([1, 1, 2], Float32Array.of(1, 1)))).toBe(2);
  });

  it('refuses another shape, with both', () => {
    expect(() => zeroHoles(row(1, 2), operator)).toThrow(
      "the measurement has shape 1×1×2, but the problem's is 1×1×5",
    );
  });
});
