import { describe, expect, it } from 'vitest';
import { affine, withoutOffset } from '../../../problems/algebra/affine.js';
import { bind, parseProblem, parseTerm } from '../../../problems/index.js';
import { measure } from '../../../problems/measure.js';
import { floatArray } from '../../../src/core/array.js';
import { restore } from '../../../src/restore.js';
import { expectSound, linearOperatorOf } from '../sound.js';

const shape = [1, 12, 10];
const picture = floatArray(
  Float32Array.from({ length: 120 }, (_, i) => 0.5 + 0.4 * Math.sin(i / 7)),
  shape,
);
const files = {
  '0.transmission': floatArray(
    Float32Array.from({ length: 120 }, (_, i) => 0.3 + i / 200),
    [12, 10],
  ),
};
const hazy = (noise: string) =>
  bind(
    { ...parseProblem('haze:transmission=t.npy,airlight=0.8'), noise: parseTerm(noise) },
    { imageShape: shape },
    { files },
  );

describe('affine operators', () => {
  it('are a linear part and a constant', async () => {
    const part = linearOperatorOf('gaussian-blur:sigma=1,border=reflect', shape);
    const operator = affine(part, picture);
    await expectSound(operator);
    const y = await operator.apply(picture);
    const linear = await part.apply(picture);
    for (const [i, value] of y.data.entries()) {
      expect(value).toBeCloseTo(linear.data[i] + picture.data[i], 6);
    }
  });

  it('are solved by solvers of linear problems: the constant is taken from the measurement', async () => {
    const problem = hazy('gaussian:sigma=0.01');
    const measurement = await measure(problem, picture);
    const { mean, misfit } = await restore({
      measurement,
      problem,
      solver: 'wiener',
      options: { weight: 1 },
    });
    for (const [i, value] of mean.data.entries())
      expect(Math.abs(value - picture.data[i])).toBeLessThan(0.15);
    expect(misfit[0]).toBeLessThan(1.2);
  });

  it('stay as they are where the noise depends on the light', async () => {
    const problem = hazy('poisson:gain=0.01');
    expect(await withoutOffset(problem, picture)).toEqual({ problem, measurement: picture });
    const job = { measurement: picture, problem, solver: 'wiener' };
    await expect(restore(job)).rejects.toThrow('solver wiener needs a linear operator');
  });
});
