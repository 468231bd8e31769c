import { expect, it } from 'vitest';
import { Adam } from '../../src/core/adam.js';
import { bitsOf, valuesOf } from '../../src/core/double-bits.js';
import { keyedRandom } from '../../src/core/random.js';

it('with one scale hardly moves that on which hardly anything depends', () => {
  const x = Float64Array.of(0, 0);
  const adam = new Adam(2, 0.1, 0.9, 0.999, true);
  for (let k = 0; k < 10; k++) adam.step(Float64Array.of(-5, 5e-6), x);
  // The root mean square of what both move is the rate.
  expect(x[0]).toBeCloseTo(10 * 0.1 * Math.SQRT2, 6);
  expect(x[1] / x[0]).toBeCloseTo(-1e-6, 12);
});

it('moves by its rate whatever the scale of the gradient, and to the minimum of a parabola', () => {
  const x = Float64Array.of(3, -2);
  new Adam(2, 0.1).step(Float64Array.of(1e-3, -500), x);
  expect([...x]).toEqual([expect.closeTo(2.9, 5), expect.closeTo(-1.9, 9)]);
  const adam = new Adam(2, 0.1);
  for (let k = 0; k < 600; k++)
    adam.step(
      Float64Array.from(x, (value, i) => 2 * (value - i)),
      x,
    );
  expect([...x]).toEqual([expect.closeTo(0, 2), expect.closeTo(1, 2)]);
});

it('takes the steps of the published algorithm, with a rate and decays of its own', () => {
  const [rate, beta1, beta2] = [0.02, 0.8, 0.95];
  const gradients = [
    [3, -1e-3],
    [-1, 2e-3],
    [0.5, 0],
    [4, -5e-3],
  ];
  const adam = new Adam(2, rate, beta1, beta2);
  const x = Float64Array.of(1, 1);
  const [m, v, expected] = [
    [0, 0],
    [0, 0],
    [1, 1],
  ];
  gradients.forEach((gradient, t) => {
    adam.step(Float64Array.from(gradient), x);
    gradient.forEach((g, i) => {
      m[i] = beta1 * m[i] + (1 - beta1) * g;
      v[i] = beta2 * v[i] + (1 - beta2) * g * g;
      const [mHat, vHat] = [m[i] / (1 - beta1 ** (t + 1)), v[i] / (1 - beta2 ** (t + 1))];
      expected[i] -= (rate * mHat) / (Math.sqrt(vHat) + 1e-8);
      expect(x[i]).toBeCloseTo(expected[i], 12);
    });
  });
});

it('does not move along a gradient that is 0', () => {
  const x = Float64Array.of(0.3, 7);
  new Adam(2, 0.1).step(Float64Array.of(0, 0), x);
  expect([...x]).toEqual([0.3, 7]);
});

it('goes on from what was kept of another to the same bits', () => {
  const random = keyedRandom(0, 'adam', 0)('gradients');
  const gradients = Array.from({ length: 6 }, () => Float64Array.from(random.normals([3]).data));
  const whole = new Adam(3, 0.1);
  const x = new Float64Array(3);
  const after = (adam: Adam, from: number, to: number) => {
    for (const gradient of gradients.slice(from, to)) adam.step(gradient, x);
    return [...x];
  };
  after(whole, 0, 3);
  const [kept, begun] = [bitsOf([...valuesOf(whole.kept)]), x.slice()];
  const expected = after(whole, 3, 6);
  x.set(begun);
  expect(after(new Adam(3, 0.1).resume(kept), 3, 6)).toEqual(expected);
  x.set(begun);
  expect(after(new Adam(3, 0.1).resume(undefined), 3, 6)).not.toEqual(expected);
});
