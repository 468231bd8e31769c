import { expect, it } from 'vitest';
import { bind, problem } from '../../../problems/bind.js';
import { startImage } from '../../../solvers/parts/start-image.js';
import { filled, mapArray, zeros } from '../../../src/core/array.js';

const turn = async () => {};
const start = (operator: string, noise: string) =>
  startImage(
    {
      problem: bind(problem(operator, noise), { imageShape: [1, 8, 8] }),
      measurement: filled([1, 8, 8], 0.8),
    },
    turn,
  );

it('agrees with the measurement where the problem is linear and its noise white', async () => {
  for (const value of (await start('denoise', 'gaussian:sigma=0.1')).data) expect(value).toBeCloseTo(0.8, 3);
});

it('goes on from the rims of a hole, where little noise leaves it last', async () => {
  // Dark on the left, light on the right.
  const ramp = mapArray(zeros([1, 32, 32]), (_, i) => 0.2 + 0.02 * (i % 32));
  const bound = bind(problem('inpaint:box=10:10:12:12', 'gaussian:sigma=1/255'), { imageShape: [1, 32, 32] });
  const measurement = await bound.operator.apply(ramp);
  const found = await startImage({ problem: bound, measurement }, turn);
  for (const [i, value] of found.data.entries()) expect(Math.abs(value - ramp.data[i])).toBeLessThan(0.03);
});

it('is grey elsewhere', async () => {
  for (const [operator, noise] of [
    ['clip:gain=2', 'gaussian:sigma=0.1'],
    ['denoise', 'poisson:gain=0.01'],
  ]) {
    expect(new Set((await start(operator, noise)).data)).toEqual(new Set([0.5]));
  }
});
