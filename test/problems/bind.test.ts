import { describe, expect, it } from 'vitest';
import { bind, countObserved, parseProblem, parseTerm, zeroHoles } from '../../problems/index.js';
import { isLinear } from '../../problems/operator.js';
import { luminance } from '../../problems/restoration/colorize.js';
import { type FloatArray, floatArray, zeros } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import { keyedRandom } from '../../src/core/random.js';

const noise = parseTerm('gaussian:sigma=0.1');
const specOf = (text: string, noiseText = 'gaussian:sigma=0.1') => ({
  ...parseProblem(text),
  noise: parseTerm(noiseText),
});
const image = (text: string, imageShape: number[], files?: Record<string, FloatArray>) =>
  bind(specOf(text), { imageShape }, { files });
const kernel = (values: number[], shape: number[]) => ({
  '0.kernel': floatArray(Float32Array.from(values), shape),
});

describe('bind', () => {
  it('finds the image shape from the measurement', () => {
    const shapeOf = (text: string, measurementShape: number[], channels?: number) =>
      bind(specOf(text), { measurementShape }, { channels }).imageShape;
    expect(shapeOf('denoise', [3, 5, 4])).toEqual([3, 5, 4]);
    expect(shapeOf('downsample:factor=4', [3, 5, 4])).toEqual([3, 20, 16]);
    expect(shapeOf('downsample:factor=4,size=18x15', [3, 5, 4])).toEqual([3, 18, 15]);
    expect(shapeOf('gaussian-blur:sigma=1,border=reflect+downsample:factor=2', [3, 5, 4])).toEqual([
      3, 10, 8,
    ]);
    expect(shapeOf('colorize', [1, 5, 4], 3)).toEqual([3, 5, 4]);
    expect(shapeOf('denoise', [1, 5, 4], 1)).toEqual([1, 5, 4]);
  });

  it('takes a grey measurement for the luminance of a colour image, and reports luminance', async () => {
    const spec = specOf('downsample:factor=2');
    const problem = bind(spec, { measurementShape: [1, 3, 4] }, { channels: 3 });
    expect(problem.imageShape).toEqual([3, 6, 8]);
    expect(problem.measurementShape).toEqual([1, 3, 4]);
    expect(problem.name).toBe('downsample');
    expect(problem.spec.operators).toHaveLength(1);
    expect(isLinear(problem.operator) && problem.operator.normalSolve).toBeTypeOf('function');
    const x = keyedRandom(0, '', 0)('x').normals([3, 6, 8]);
    const grey = problem.report(x);
    expect(grey).toEqual(luminance(6, 8).apply(x));
    const alone = bind(spec, { imageShape: [1, 6, 8] });
    expect(alone.report(grey)).toBe(grey);
    expect(await problem.operator.apply(x)).toEqual(await alone.operator.apply(grey));
  });

  it('keeps every option’s effective value', () => {
    const { spec } = image('downsample:factor=2', [1, 4, 4]);
    expect(spec).toEqual({
      operators: [{ name: 'downsample', options: { factor: 2, filter: 'bicubic' } }],
      noise: { name: 'gaussian', options: { sigma: 0.1 } },
    });
    expect(bind(spec, { imageShape: [1, 4, 4] }).spec).toEqual(spec);
  });

  const wide = [3, 8, 8];
  it.each([
    ['blurr:sigma=1', wide, 'there is no problem "blurr"; the nearest are blur, '],
    ['gaussian-blur:sgima=1', wide, 'there is no option of gaussian-blur "sgima"; the nearest are sigma, '],
    ['denoise:sigma=1', wide, 'denoise has no options, but sigma is given'],
    ['gaussian-blur', wide, 'gaussian-blur needs sigma: '],
    ['gaussian-blur:sigma=-1', wide, 'option sigma of gaussian-blur: expected '],
    ['gaussian-blur:sigma=1,size=4', wide, 'option size of gaussian-blur: expected '],
    ['gaussian-blur:sigma=1,border=grey', wide, 'option border of gaussian-blur: expected '],
    [
      'inpaint',
      wide,
      'inpaint needs exactly one of fraction, box, outpaint and mask, but none of them is given',
    ],
    [
      'inpaint:fraction=0.5,box=1:1:2:2',
      wide,
      'inpaint needs exactly one of fraction, box, outpaint and mask, but 2',
    ],
    ['inpaint:fraction=1.5', wide, 'option fraction of inpaint: expected '],
    ['inpaint:box=1:1:2', wide, 'option box of inpaint: expected '],
    [
      'inpaint:box=4:0:5:2',
      wide,
      'inpaint:box reaches down to row 9 and right to column 2, but the image is 8×8',
    ],
    [
      'inpaint:outpaint=0:0:3:5',
      wide,
      'inpaint:outpaint hides 0 rows and 8 columns, which leaves nothing of the image of 8×8',
    ],
    ['inpaint:mask=m.png', wide, 'inpaint:mask names a file that has not been read'],
    [
      'downsample:factor=2,filter=area',
      [3, 7, 8],
      'downsample:filter=area needs a height and width that factor 2',
    ],
    ['downsample:factor=2,sigma=1', wide, 'downsample:sigma belongs to filter=gaussian'],
    ['downsample:factor=2,size=8', wide, 'option size of downsample: expected '],
    ['colorize', [1, 8, 8], 'colorize takes images of 3 channels, but the image is 1×8×8'],
    [
      'denoise+gaussian-blur:sigma=1,border=reflect',
      [8, 8],
      'gaussian-blur works on images of shape channels×height×width',
    ],
  ])('refuses %s on %j', (text, shape, message) => {
    expect(() => image(text, shape)).toThrow(UsageError);
    expect(() => image(text, shape)).toThrow(message);
  });

  it.each([
    ['gaussian:sigma=-0.1', 'option sigma of gaussian: expected '],
    ['gaussian:sigma=0', 'option sigma of gaussian: expected '],
    ['gaussian:sigma=25', 'option sigma of gaussian: expected '],
    ['gausian:sigma=0.1', 'there is no noise "gausian"; the nearest are gaussian, '],
    ['poisson:gain=0', 'option gain of poisson: expected '],
  ])('refuses noise %s', (text, message) => {
    expect(() => bind(specOf('denoise', text), { imageShape: wide })).toThrow(message);
  });

  it('refuses sizes that do not meet', () => {
    const measured = (text: string, measurementShape: number[], channels?: number) => () =>
      bind(specOf(text), { measurementShape }, { channels });
    expect(measured('denoise', [3, 4, 4], 1)).toThrow(
      "the measurement is of images with 3 channels, but the prior's have 1",
    );
    expect(measured('colorize', [3, 4, 4])).toThrow(
      'colorize measures one channel, but the measurement is 3×4×4',
    );
    expect(measured('downsample:factor=4,size=17x16', [3, 4, 4])).toThrow('downsample:size is 17x16, whose');
    expect(() => bind(parseProblem('denoise'), { imageShape: wide })).toThrow('the problem has no noise');
    expect(() => bind({ operators: [], noise }, { imageShape: wide })).toThrow('at least one operator');
  });

  it('refuses kernels that are no blur', () => {
    const files = kernel([0.5, 0.5], [2]);
    expect(() => image('blur:kernel=k.npy,border=reflect', wide, files)).toThrow(
      'must be height×width, but it is 2',
    );
    const dim = kernel([0.25, 0.25, 0.25], [1, 3]);
    expect(() => image('blur:kernel=k.npy,normalize=false,border=reflect', wide, dim)).toThrow(
      'blur:kernel sums to 0.75, but a blur sums to 1',
    );
    expect(() => image('blur:kernel=k.npy,normalize,border=reflect', wide, dim)).not.toThrow();
    const zero = kernel([1, 0, -1], [1, 3]);
    expect(() => image('blur:kernel=k.npy,normalize,border=reflect', wide, zero)).toThrow(
      'sums to 0 and cannot be divided',
    );
    expect(() => image('blur:kernel=k.npy,border=reflect', wide, kernel([NaN, 0, 1], [1, 3]))).toThrow(
      'not finite',
    );
    expect(() => image('blur:kernel=k.npy,border=reflect', wide)).toThrow(
      'blur:kernel names a file that has not been read',
    );
  });

  it('normalises a kernel when told', async () => {
    const { operator } = image(
      'blur:kernel=k.npy,normalize,border=reflect',
      [1, 1, 3],
      kernel([1, 2, 1], [1, 3]),
    );
    const y = await operator.apply(floatArray(Float32Array.of(0, 1, 0), [1, 1, 3]));
    for (const [i, value] of [0.25, 0.5, 0.25].entries()) expect(y.data[i]).toBeCloseTo(value, 6);
  });
});

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
