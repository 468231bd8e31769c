import { describe, expect, it } from 'vitest';
import { bind, parseProblem, parseTerm } from '../../../problems/index.js';
import { countObserved, zeroHoles } from '../../../problems/observed.js';
import { type FloatArray, floatArray, zeros } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { agreesWithFixtures } from '../fixture-cases.js';

agreesWithFixtures('inpaint', 1);

const specOf = (text: string, noiseText = 'gaussian:sigma=0.1') => ({
  ...parseProblem(text),
  noise: parseTerm(noiseText),
});

const image = (text: string, imageShape: number[], files?: Record<string, FloatArray>) =>
  bind(specOf(text), { imageShape }, { files });

describe('inpaint', () => {
  const maskOf = async (text: string, shape: number[], files?: Record<string, FloatArray>) => {
    const ones = zeros(shape);
    ones.data.fill(1);
    return (await image(text, shape, files).operator.apply(ones)).data;
  };

  it('hides exactly the fraction, the same in all channels, by seed and size alone', async () => {
    const mask = await maskOf('inpaint:fraction=0.7,seed=3', [3, 10, 10]);
    const planes = [0, 100, 200].map((start) => [...mask.subarray(start, start + 100)]);
    expect(planes[0].filter((known) => known === 0)).toHaveLength(70);
    expect(planes[1]).toEqual(planes[0]);
    expect(planes[2]).toEqual(planes[0]);
    expect([...(await maskOf('inpaint:fraction=0.7,seed=3', [1, 10, 10]))]).toEqual(planes[0]);
    expect([...(await maskOf('inpaint:fraction=0.7,seed=4', [1, 10, 10]))]).not.toEqual(planes[0]);
    // Pinned: the same on every machine and in every version.
    expect((await maskOf('inpaint:fraction=0.5', [1, 4, 6])).join('')).toBe('011001111011100001110000');
  });

  it('hides every pixel equally often', async () => {
    const seen = new Float64Array(12);
    for (let seed = 0; seed < 3000; seed++) {
      const mask = await maskOf(`inpaint:fraction=0.25,seed=${seed}`, [1, 3, 4]);
      for (let i = 0; i < 12; i++) seen[i] += mask[i];
    }
    // 2250 ± 24 each.
    for (const count of seen) expect(Math.abs(count - 2250)).toBeLessThan(95);
  });

  it('hides a box', async () => {
    expect((await maskOf('inpaint:box=1:2:2:3', [1, 4, 6])).join('')).toBe('111111110001110001111111');
  });

  it('hides margins', async () => {
    expect((await maskOf('inpaint:outpaint=1:0:2:1', [1, 3, 5])).join('')).toBe('000000011000110');
  });

  it('takes a mask file: white is known; a wrong size is refused', async () => {
    const mask = { '0.mask': floatArray(Float32Array.of(1, 0, 0.4, 0.6), [2, 2]) };
    expect((await maskOf('inpaint:mask=m.png', [2, 2, 2], mask)).join('')).toBe('10011001');
    expect(() => image('inpaint:mask=m.png', [1, 2, 3], mask)).toThrow(
      'inpaint:mask is 2×2, but the image is 2×3',
    );
    for (const [value, found] of [
      [1, 'nothing is missing'],
      [0, 'all of the image is missing'],
    ] as const) {
      const flat = { '0.mask': floatArray(new Float32Array(4).fill(value), [2, 2]) };
      expect(() => image('inpaint:mask=m.png', [1, 2, 2], flat)).toThrow(`inpaint:mask says that ${found}`);
    }
  });

  it('has no data in holes: neither measurement nor noise nor likelihood', () => {
    const { operator, noise: model } = image('inpaint:box=0:0:1:2', [1, 2, 2]);
    const y = floatArray(Float32Array.of(9, NaN, 0.5, 0.25), [1, 2, 2]);
    expect([...zeroHoles(y, operator).data]).toEqual([0, 0, 0.5, 0.25]);
    expect(countObserved(operator)).toBe(2);
    expect(() => zeroHoles(zeros([1, 2, 3]), operator)).toThrow(
      "the measurement has shape 1×2×3, but the problem's is 1×2×2",
    );
    const clean = zeros([1, 2, 2]);
    const drawn = model.sample(clean, keyedRandom(0, '', 0)('noise')).data;
    expect([...drawn].map((value) => value === 0)).toEqual([true, true, false, false]);
    const known = bind(specOf('denoise'), { imageShape: [1, 1, 2] }).noise;
    const part = floatArray(Float32Array.of(0.5, 0.25), [1, 1, 2]);
    expect(model.logLikelihood(clean, y)).toBeCloseTo(known.logLikelihood(zeros([1, 1, 2]), part), 10);
    const gradient = model.gradient(clean, y).data;
    expect([...gradient]).toEqual([0, 0, ...known.gradient(zeros([1, 1, 2]), part).data]);
  });
});
