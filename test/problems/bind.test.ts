import { describe, expect, it } from 'vitest';
import { bind, parseProblem, parseTerm } from '../../problems/index.js';
import { isLinear } from '../../problems/operator.js';
import { luminance } from '../../problems/restoration/colorize.js';
import { type FloatArray, floatArray } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import { keyedRandom } from '../../src/core/random.js';

const noise = parseTerm('gaussian:sigma=0.1');

const specOf = (text: string, noiseText = 'gaussian:sigma=0.1') => ({
  ...parseProblem(text),
  noise: parseTerm(noiseText),
});

const image = (text: string, imageShape: number[], files?: Record<string, FloatArray>) =>
  bind(specOf(text), { imageShape }, { files });

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

  it('takes no array that is not finite, whatever it stands for', () => {
    const mask = floatArray(Float32Array.of(1, 0, Number.POSITIVE_INFINITY, 1), [2, 2]);
    expect(() => image('inpaint:mask=m.png', [1, 2, 2], { '0.mask': mask })).toThrow(
      new UsageError('option mask holds Infinity (value 2 of 2×2), expected finite numbers'),
    );
  });
});
