import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bind, parseProblem, parseTerm } from '../../../problems/index.js';
import { type FloatArray, floatArray } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { agreesWithFixtures } from '../fixture-cases.js';
import { expectSound, operatorOf } from '../sound.js';

agreesWithFixtures('space-varying-blur', 3);

const random = keyedRandom(5, 'space-varying-blur', 0);
const text = (border: string) => `space-varying-blur:kernels=k.npy,weights=w.npy,border=${border}`;
const filesFor = (height: number, width: number) => ({
  '0.kernels': random('kernels').normals([2, 3, 5]),
  '0.weights': floatArray(random('weights', height, width).normals([2, height, width]).data.map(Math.abs), [
    2,
    height,
    width,
  ]),
});

describe('space-varying-blur', () => {
  it('is the sum over the kernels of the blurs of weighted images', async () => {
    const files = filesFor(6, 7);
    const [kernels, weights] = [files['0.kernels'].data, files['0.weights'].data];
    const x = random('x').normals([2, 6, 7]);
    const at = (channel: number, k: number, row: number, column: number) => {
      if (row < 0 || row > 5 || column < 0 || column > 6) return 0;
      const pixel = 7 * row + column;
      return weights[42 * k + pixel] * x.data[42 * channel + pixel];
    };
    const y = await operatorOf(text('zero'), [2, 6, 7], files).apply(x);
    for (const [i, value] of y.data.entries()) {
      const [channel, row, column] = [Math.floor(i / 42), Math.floor((i % 42) / 7), i % 7];
      let sum = 0;
      for (let j = 0; j < 30; j++) {
        const [k, dy, dx] = [Math.floor(j / 15), Math.floor((j % 15) / 5) - 1, (j % 5) - 2];
        sum += kernels[j] * at(channel, k, row - dy, column - dx);
      }
      expect(value).toBeCloseTo(sum, 5);
    }
  });

  it.each(['circular', 'reflect', 'zero', 'valid'])(
    'passes its own check with a %s border',
    async (border) => {
      for (const [height, width] of [
        [6, 8],
        [7, 5],
      ]) {
        await expectSound(operatorOf(text(border), [3, height, width], filesFor(height, width)));
      }
    },
  );

  it('whatever the kernels, weights and sizes', async () => {
    const odd = fc.integer({ min: 0, max: 3 }).map((half) => 2 * half + 1);
    const sizes = fc.record({
      count: fc.integer({ min: 1, max: 3 }),
      kernel: fc.tuple(odd, odd),
      image: fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })),
      border: fc.constantFrom('circular', 'reflect', 'zero'),
    });
    await fc.assert(
      fc.asyncProperty(sizes, async ({ count, kernel, image, border }) => {
        const files = {
          '0.kernels': random('any kernels').normals([count, ...kernel]),
          '0.weights': random('any weights').normals([count, ...image]),
        };
        await expectSound(operatorOf(text(border), [1, ...image], files));
      }),
      { numRuns: 25, seed: 1 },
    );
  });

  it('knows the image of a measurement', () => {
    const spec = { ...parseProblem(text('valid')), noise: parseTerm('gaussian:sigma=1') };
    const problem = bind(spec, { measurementShape: [1, 4, 4] }, { files: filesFor(6, 8) });
    expect(problem.imageShape).toEqual([1, 6, 8]);
  });

  it('refuses files that do not fit', () => {
    const refused = (files: Record<string, FloatArray>) => () => operatorOf(text('zero'), [1, 6, 7], files);
    const { '0.kernels': kernels, '0.weights': weights } = filesFor(6, 7);
    expect(refused({})).toThrow('space-varying-blur:kernels names a file that has not been read');
    expect(refused({ '0.kernels': kernels })).toThrow('weights names a file that has not been read');
    expect(refused({ '0.kernels': weights, '0.weights': weights })).toThrow(
      'must be K×height×width with odd height and width, but it is 2×6×7',
    );
    expect(refused({ '0.kernels': kernels, '0.weights': filesFor(7, 6)['0.weights'] })).toThrow(
      'weights is 2×7×6, but 2 kernels on images of 6×7 need 2×6×7',
    );
  });
});
