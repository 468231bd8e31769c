/** random-projection, hadamard and single-pixel. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bind, parseProblem, parseTerm } from '../../../problems/index.js';
import { floatArray } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { expectSound, operatorOf } from '../sound.js';

const imageOf = (text: string, measurementShape: number[], channels?: number) => {
  const spec = { ...parseProblem(text), noise: parseTerm('gaussian:sigma=1') };
  return bind(spec, { measurementShape }, { channels }).imageShape;
};

describe('every one of them passes its own check', () => {
  it.each([
    ['single-pixel:fraction=0.3', [3, 8, 16]],
    ['hadamard:fraction=0.3', [3, 16, 4]],
    ['hadamard:fraction=0.3,scramble=false', [1, 8, 8]],
    ['hadamard:fraction=0.3,transform=dct', [2, 9, 14]],
    ['hadamard:fraction=1', [1, 1, 1]],
    ['random-projection:fraction=0.4', [3, 7, 9]],
    ['random-projection:fraction=0.4,matrix=structured', [3, 7, 10]],
    ['gaussian-blur:sigma=1,border=reflect+single-pixel:fraction=0.5', [1, 8, 8]],
    ['colorize+hadamard:fraction=0.5', [3, 8, 8]],
  ])('%s on %j', async (text, shape) => {
    await expectSound(operatorOf(text, shape));
  });

  const side = fc.integer({ min: 0, max: 4 }).map((power) => 2 ** power);
  const anySide = fc.integer({ min: 1, max: 13 });
  const fraction = fc.double({ min: 0.01, max: 1, noNaN: true });
  const cases = fc.oneof(
    fc
      .record({ f: fraction, height: side, width: side, seed: fc.nat() })
      .chain((given) =>
        fc.constantFrom(
          { text: `single-pixel:fraction=${given.f}`, ...given },
          { text: `hadamard:fraction=${given.f},seed=${given.seed}`, ...given },
        ),
      ),
    fc
      .record({ f: fraction, height: anySide, width: anySide, seed: fc.nat() })
      .chain((given) =>
        fc.constantFrom(
          { text: `hadamard:fraction=${given.f},seed=${given.seed},transform=dct`, ...given },
          { text: `random-projection:fraction=${given.f},seed=${given.seed},matrix=structured`, ...given },
          { text: `random-projection:fraction=${given.f},seed=${given.seed}`, ...given },
        ),
      ),
  );
  it('whatever the options and sizes', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ text, height, width, seed }) => {
        const operator = operatorOf(text, [1, height, width]);
        await expectSound(operator, { seed });
        expect(imageOf(`${text},size=${height}x${width}`, [...operator.outputShape])).toEqual([
          1,
          height,
          width,
        ]);
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('rows of Gaussian entries are measured channel by channel', async () => {
    const x = keyedRandom(0, 'x', 0)('x').normals([2, 3, 4]);
    const y = await operatorOf('random-projection:fraction=0.5', [2, 3, 4]).apply(x);
    const alone = await operatorOf('random-projection:fraction=0.5', [1, 3, 4]).apply(
      floatArray(x.data.slice(12), [1, 3, 4]),
    );
    expect([...y.data.subarray(6)]).toEqual([...alone.data]);
  });
});
