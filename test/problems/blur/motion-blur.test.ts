import { describe, expect, it } from 'vitest';
import { bind, parseProblem, parseTerm } from '../../../problems/index.js';
import { type FloatArray, zeros } from '../../../src/core/array.js';
import { operatorOf } from '../sound.js';

const specOf = (text: string, noiseText = 'gaussian:sigma=0.1') => ({
  ...parseProblem(text),
  noise: parseTerm(noiseText),
});

const image = (text: string, imageShape: number[], files?: Record<string, FloatArray>) =>
  bind(specOf(text), { imageShape }, { files });

describe('motion-blur', () => {
  /** What becomes of one point, and its light's mean of functions of the way from there. */
  const lightOf = async (text: string) => {
    const impulse = zeros([1, 15, 15]);
    impulse.data[7 * 15 + 7] = 1;
    const operator = operatorOf(`motion-blur:size=15,border=circular,${text}`, impulse.shape);
    const { data } = await operator.apply(impulse);
    const mean = (value: (right: number, down: number) => number) =>
      data.reduce((sum, share, i) => sum + share * value((i % 15) - 7, Math.floor(i / 15) - 7), 0);
    return { data, mean };
  };
  /** Variances along the widest direction and across it. */
  const variancesOf = async (text: string) => {
    const { mean } = await lightOf(text);
    const [xx, xy, yy] = [mean((x) => x * x), mean((x, y) => x * y), mean((_, y) => y * y)];
    const apart = Math.hypot((xx - yy) / 2, xy);
    return { widest: (xx + yy) / 2 + apart, across: (xx + yy) / 2 - apart };
  };

  it.each([1, 2, 3])('leaves all light about its place, as far as the kernel goes: seed %i', async (seed) => {
    const { data, mean } = await lightOf(`seed=${seed}`);
    expect(Math.min(...data)).toBeGreaterThan(-1e-7);
    expect(mean(() => 1)).toBeCloseTo(1, 5);
    expect(mean((x) => x)).toBeCloseTo(0, 4);
    expect(mean((_, y) => y)).toBeCloseTo(0, 4);
    // The farthest point lies half a pixel inside, so that it lights the outermost pixels too.
    expect(mean((x, y) => (Math.max(Math.abs(x), Math.abs(y)) === 7 ? 1 : 0))).toBeGreaterThan(1e-4);
  });

  it('is a straight line without intensity, and none with', async () => {
    for (const seed of [1, 2, 3]) {
      const line = await variancesOf(`intensity=0,seed=${seed}`);
      // Bilinear weights have a variance of at most ¼ each way; a line of 13 pixels across or down has 13²/12.
      expect(line.across).toBeLessThan(0.25);
      expect(line.widest).toBeGreaterThan(13 ** 2 / 12);
      expect((await variancesOf(`intensity=1,seed=${seed}`)).across).toBeGreaterThan(1);
    }
  });
});

describe('motion-blur', () => {
  const kernelOf = async (text: string) => {
    const impulse = zeros([1, 31, 31]);
    impulse.data[15 * 31 + 15] = 1;
    return (await image(text, [1, 31, 31]).operator.apply(impulse)).data;
  };

  it('keeps brightness and place, and depends on the seed', async () => {
    for (const intensity of [0, 0.5, 1]) {
      const values = await kernelOf(`motion-blur:size=15,intensity=${intensity},seed=4,border=reflect`);
      let [sum, row, column] = [0, 0, 0];
      for (const [i, value] of values.entries()) {
        sum += value;
        row += value * Math.floor(i / 31);
        column += value * (i % 31);
      }
      expect(sum).toBeCloseTo(1, 5);
      expect(row).toBeCloseTo(15, 4);
      expect(column).toBeCloseTo(15, 4);
      expect(Math.min(...values)).toBeGreaterThan(-1e-7);
    }
    expect(await kernelOf('motion-blur:seed=1,border=reflect')).not.toEqual(
      await kernelOf('motion-blur:seed=2,border=reflect'),
    );
    expect(await kernelOf('motion-blur:seed=1,border=reflect')).toEqual(
      await kernelOf('motion-blur:seed=1,border=reflect'),
    );
  });

  it('moves on a straight line at intensity 0', async () => {
    const values = await kernelOf('motion-blur:size=15,intensity=0,seed=4,border=reflect');
    let [xx, xy, yy] = [0, 0, 0];
    for (const [i, value] of values.entries()) {
      const [y, x] = [Math.floor(i / 31) - 15, (i % 31) - 15];
      xx += value * x * x;
      xy += value * x * y;
      yy += value * y * y;
    }
    // The narrow axis of the kernel's second moments is that of a line drawn with bilinear weights.
    const narrow = (xx + yy) / 2 - Math.hypot((xx - yy) / 2, xy);
    expect(narrow).toBeLessThan(0.35);
    expect(xx + yy).toBeGreaterThan(10);
  });
});
