/** random-projection, hadamard and single-pixel. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bind, parseProblem, parseTerm } from '../../../problems/index.js';
import { floatArray } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { norm } from '../../../src/core/vector.js';
import { expectSound, linearOperatorOf, matrixOf, operatorOf } from '../sound.js';

const imageOf = (text: string, measurementShape: number[], channels?: number) => {
  const spec = { ...parseProblem(text), noise: parseTerm('gaussian:sigma=1') };
  return bind(spec, { measurementShape }, { channels }).imageShape;
};
const signChanges = (values: ArrayLike<number>) =>
  Array.from(values).filter((value, i) => i > 0 && value * values[i - 1] < 0).length;

describe('single-pixel', () => {
  it('shows Walsh patterns from coarse to fine', async () => {
    const rows = await matrixOf(operatorOf('single-pixel:fraction=1', [1, 4, 8]));
    expect(rows).toHaveLength(32);
    const places = rows.map((row) => {
      for (const value of row) expect(Math.abs(value)).toBeCloseTo(1 / Math.sqrt(32), 6);
      const across = signChanges(row.subarray(0, 8));
      const down = signChanges([row[0], row[8], row[16], row[24]]);
      for (const [i, value] of row.entries()) {
        expect(Math.sign(value)).toBe(Math.sign(row[i % 8] * row[i - (i % 8)] * row[0]));
      }
      expect(row[0]).toBeGreaterThan(0);
      return [down, across];
    });
    expect(places.slice(0, 10)).toEqual([
      ...[
        [0, 0],
        [1, 0],
        [0, 1],
        [2, 0],
        [1, 1],
        [0, 2],
      ],
      ...[
        [3, 0],
        [2, 1],
        [1, 2],
        [0, 3],
      ],
    ]);
    expect(new Set(places.map(String)).size).toBe(32);
  });

  it('refuses sizes that have no Walsh functions', () => {
    expect(() => operatorOf('single-pixel:fraction=0.5', [1, 8, 12])).toThrow(
      'single-pixel needs images whose height and width are powers of 2, but the image is 8×12',
    );
  });
});

describe('hadamard', () => {
  it('has distinct orthonormal rows, the mean first, by seed and size alone', async () => {
    for (const text of ['hadamard:fraction=0.4,seed=2', 'hadamard:fraction=0.4,seed=2,transform=dct']) {
      const rows = await matrixOf(operatorOf(text, [1, 4, 8]));
      expect(rows).toHaveLength(13);
      for (const value of rows[0]) expect(value).toBeCloseTo(1 / Math.sqrt(32), 6);
      const again = await matrixOf(operatorOf(text, [1, 4, 8]));
      expect(again).toEqual(rows);
      expect(await matrixOf(operatorOf(text.replace('seed=2', 'seed=3'), [1, 4, 8]))).not.toEqual(rows);
    }
  });

  it('is pinned: the same rows and order on every machine and in every version', async () => {
    const rows = await matrixOf(operatorOf('hadamard:fraction=0.5,seed=7', [1, 2, 4]));
    expect(
      rows.map((row) => Array.from(row, (value) => (value > 0 ? '+' : '-')).join('')),
    ).toMatchInlineSnapshot(`
      [
        "++++++++",
        "+++-+---",
        "-+++--+-",
        "+-++-+--",
      ]
    `);
  });

  it('scrambles the pixels unless told not to', async () => {
    // Unscrambled, row k is Sylvester's: the sign of (−1)^popcount(k & j).
    const rows = await matrixOf(operatorOf('hadamard:fraction=1,scramble=false', [1, 2, 8]));
    const ones = (n: number) => n.toString(2).replaceAll('0', '').length;
    for (const [k, row] of rows.entries()) {
      for (const [j, value] of row.entries()) expect(value).toBeCloseTo(0.25 * (-1) ** ones(k & j), 6);
    }
    expect(await matrixOf(operatorOf('hadamard:fraction=1', [1, 2, 8]))).not.toEqual(rows);
  });
});

describe('hadamard:transform=dct', () => {
  it('has products of cosines down and across', async () => {
    const rows = await matrixOf(operatorOf('hadamard:fraction=1,scramble=false,transform=dct', [1, 3, 4]));
    const cosine = (k: number, place: number, size: number) =>
      Math.sqrt((k === 0 ? 1 : 2) / size) * Math.cos((Math.PI * k * (place + 0.5)) / size);
    for (const [k, row] of rows.entries()) {
      for (const [j, value] of row.entries()) {
        const down = cosine(Math.floor(k / 4), Math.floor(j / 4), 3);
        expect(value).toBeCloseTo(down * cosine(k % 4, j % 4, 4), 6);
      }
    }
  });
});

describe('random-projection', () => {
  it('has independent entries N(0, 1/values)', async () => {
    const operator = operatorOf('random-projection:fraction=0.5,seed=1', [1, 12, 25]);
    const rows = await matrixOf(operator);
    expect(rows).toHaveLength(150);
    const all = rows.flatMap((row) => [...row]);
    const moment = (power: number) =>
      all.reduce((sum, value) => sum + (value * Math.sqrt(150)) ** power, 0) / all.length;
    // Four standard errors of 45,000 draws.
    expect(Math.abs(moment(1))).toBeLessThan(4 / Math.sqrt(all.length));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / all.length));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / all.length));
    // Pinned: the same entries on every machine and in every version.
    expect(all.slice(0, 3).map((value) => Number(value.toPrecision(6)))).toMatchInlineSnapshot(`
      [
        -0.0382597,
        0.0773039,
        -0.112179,
      ]
    `);
  });

  it('keeps lengths on average, whatever the matrix', async () => {
    for (const matrix of ['gaussian', 'structured']) {
      const ratios: number[] = [];
      for (let seed = 0; seed < 40; seed++) {
        const text = `random-projection:fraction=0.3,seed=${seed},matrix=${matrix}`;
        const x = floatArray(new Float32Array(192).fill(0.5), [1, 12, 16]);
        const y = await operatorOf(text, [1, 12, 16]).apply(x);
        ratios.push((norm(y.data) / norm(x.data)) ** 2);
      }
      // 58 values a draw: the mean of 40 has a standard error of √(2/58/40) = 0.03.
      expect(Math.abs(ratios.reduce((sum, value) => sum + value, 0) / 40 - 1)).toBeLessThan(0.12);
    }
  });

  it('is stored where it is small, structured where it is large', () => {
    expect(linearOperatorOf('random-projection:fraction=0.1', [1, 64, 64]).rowScale).toBeUndefined();
    expect(linearOperatorOf('random-projection:fraction=0.25', [1, 128, 128]).rowScale).toBeCloseTo(4, 12);
    expect(() => operatorOf('random-projection:fraction=0.25,matrix=gaussian', [1, 128, 128])).toThrow(
      'random-projection:matrix=gaussian holds at most 2^24 entries, but 4096 values of an image of 128×128',
    );
  });
});

describe('the image of a measurement', () => {
  it('is square unless size says otherwise', () => {
    expect(imageOf('single-pixel:fraction=0.25', [3, 16])).toEqual([3, 8, 8]);
    expect(imageOf('single-pixel:fraction=0.25,size=4x16', [3, 16])).toEqual([3, 4, 16]);
    expect(imageOf('hadamard:fraction=0.3,transform=dct', [1, 30])).toEqual([1, 10, 10]);
    expect(imageOf('random-projection:fraction=0.5,size=5x7', [2, 18])).toEqual([2, 5, 7]);
    expect(imageOf('single-pixel:fraction=0.25', [1, 16], 3)).toEqual([3, 8, 8]);
  });

  it('is refused where no image has so many values', () => {
    expect(() => imageOf('single-pixel:fraction=0.25', [1, 17])).toThrow(
      'single-pixel:fraction=0.25 of an image of 8×8 is 16 values a channel, but the measurement has 17; size=HxW says',
    );
    expect(() => imageOf('hadamard:fraction=0.5,size=4x4', [1, 7])).toThrow('is 8 values a channel');
    expect(() => imageOf('hadamard:fraction=0.5', [1, 4, 4])).toThrow(
      'hadamard measures arrays of shape channels×values, but the measurement is 1×4×4',
    );
    expect(() => operatorOf('hadamard:fraction=0.5,size=4x8', [1, 8, 4])).toThrow(
      'hadamard:size is 4x8, but the image is 8x4',
    );
    expect(() => operatorOf('hadamard:fraction=0.5,size=4', [1, 8, 4])).toThrow('hadamard:size is 4: ');
  });
});

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
