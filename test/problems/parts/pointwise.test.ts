/** Operators that treat every value by itself: clip, quantize, low-light, haze. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bind, parseProblem, parseTerm } from '../../../problems/index.js';
import { isLinear } from '../../../problems/operator.js';
import { type FloatArray, floatArray } from '../../../src/core/array.js';
import { expectSound, operatorOf } from '../sound.js';

const line = (...values: number[]) => floatArray(Float32Array.from(values), [1, 1, values.length]);
const valuesOf = (text: string, x: FloatArray) => operatorOf(text, x.shape).apply(x);
async function slopesOf(text: string, x: FloatArray): Promise<number[]> {
  const { pullback } = await operatorOf(text, x.shape).linearize(x);
  return [...(await pullback(floatArray(new Float32Array(x.data.length).fill(1), x.shape))).data];
}
function expectClose(found: ArrayLike<number>, expected: number[]): void {
  expect(found.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 6);
}

describe('clip', () => {
  const x = line(-0.1, 0.1, 0.25, 0.6);
  it('is the image times the gain, within [0, 1]', async () => {
    expectClose((await valuesOf('clip:gain=2', x)).data, [0, 0.2, 0.5, 1]);
    expectClose(await slopesOf('clip:gain=2', x), [0, 2, 2, 0]);
    expectClose((await valuesOf('clip', x)).data, [0, 0.2, 0.5, 1]);
  });
});

describe('quantize', () => {
  const x = line(-0.2, 0.16, 0.17, 0.49, 0.51, 0.9, 1.3);
  it('rounds to the nearest of 2^bits levels', async () => {
    expectClose((await valuesOf('quantize:bits=2', x)).data, [0, 0, 1 / 3, 1 / 3, 2 / 3, 1, 1]);
    expectClose((await valuesOf('quantize:bits=1', x)).data, [0, 0, 0, 0, 1, 1, 1]);
  });
  it('has the gradient of clipping alone', async () => {
    expectClose(await slopesOf('quantize:bits=2', x), [0, 1, 1, 1, 1, 1, 0]);
  });
});

describe('low-light', () => {
  const x = line(-0.5, 0, 0.5, 1);
  it('is exposure times a power', async () => {
    expectClose((await valuesOf('low-light:exposure=0.4,gamma=2', x)).data, [-0.1, 0, 0.1, 0.4]);
    expectClose(await slopesOf('low-light:exposure=0.4,gamma=2', x), [0.4, 0, 0.4, 0.8]);
    expectClose((await valuesOf('low-light:exposure=0.4,gamma=1', x)).data, [-0.2, 0, 0.2, 0.4]);
    expectClose(await slopesOf('low-light:exposure=0.4,gamma=1', x), [0.4, 0.4, 0.4, 0.4]);
  });
});

describe('haze', () => {
  const x = floatArray(Float32Array.of(0.5, 1, 0.2, 0.4, 0, 0.8), [3, 1, 2]);
  const file = (option: string, ...values: number[]) => ({
    [`0.${option}`]: floatArray(Float32Array.from(values), [1, 2]),
  });
  const hazeOf = (text: string, files: Record<string, FloatArray>) =>
    operatorOf(`haze:${text}`, [3, 1, 2], files);

  it('mixes the scene with the light of the air', async () => {
    const clear = await hazeOf('transmission=t.png', file('transmission', 0.5, 1)).apply(x);
    expectClose(clear.data, [0.75, 1, 0.6, 0.4, 0.5, 0.8]);
    const grey = await hazeOf('transmission=t.png,airlight=0.8:0.6:0.4', file('transmission', 0.5, 0)).apply(
      x,
    );
    expectClose(grey.data, [0.65, 0.8, 0.4, 0.6, 0.2, 0.4]);
    const [near, far] = [Math.exp(-0.2), Math.exp(-1)];
    const deep = await hazeOf('depth=d.npy,beta=0.4,airlight=0', file('depth', 0.5, 2.5)).apply(x);
    const usual = await hazeOf('depth=d.npy,airlight=0', file('depth', 0.2, 1)).apply(x);
    expect([...usual.data]).toEqual([
      ...(await hazeOf('depth=d.npy,beta=1,airlight=0', file('depth', 0.2, 1)).apply(x)).data,
    ]);
    expectClose(deep.data, [0.5 * near, far, 0.2 * near, 0.4 * far, 0, 0.8 * far]);
  });

  it('is affine whatever the options', async () => {
    const given = fc.record({
      beta: fc.double({ min: 0.01, max: 5, noNaN: true }),
      airlight: fc.double({ min: 0, max: 2, noNaN: true }),
      depth: fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: 12, maxLength: 12 }),
    });
    await fc.assert(
      fc.asyncProperty(given, async ({ beta, airlight, depth }) => {
        const files = { '0.depth': floatArray(Float32Array.from(depth), [3, 4]) };
        await expectSound(operatorOf(`haze:depth=d.npy,beta=${beta},airlight=${airlight}`, [3, 3, 4], files));
      }),
      { numRuns: 20, seed: 1 },
    );
  });

  it('is affine, alone and among others', async () => {
    const files = {
      '0.depth': floatArray(
        Float32Array.from({ length: 35 }, (_, i) => i / 20),
        [5, 7],
      ),
    };
    for (const text of ['', '+gaussian-blur:sigma=1,border=reflect', '+demosaic+inpaint:fraction=0.5']) {
      const operator = operatorOf(`haze:depth=d.npy${text}`, [3, 5, 7], files);
      expect(isLinear(operator)).toBe(false);
      expect(operator.linearPart).toBeDefined();
      await expectSound(operator);
    }
    expect(operatorOf('haze:depth=d.npy+clip', [3, 5, 7], files).linearPart).toBeUndefined();
    expect(operatorOf('haze:depth=d.npy', [3, 5, 7], files).linearPart!.normalSolve).toBeTypeOf('function');
  });

  it.each([
    ['airlight=1', {}, 'haze needs one of transmission and depth, but neither of them is given'],
    ['depth=d.npy,transmission=t.png', {}, 'haze needs one of transmission and depth, but both'],
    ['transmission=t.png,beta=2', {}, 'haze:beta belongs to depth, but a transmission is given'],
    ['depth=d.npy', {}, 'haze:depth names a file that has not been read'],
    ['depth=d.npy', { '0.depth': line(1, 2) }, 'haze:depth is 1×1×2, but the image is 1×2'],
    ['depth=d.npy', file('depth', -1, 2), 'haze:depth holds values for which no share'],
    [
      'transmission=t.png',
      file('transmission', 0.5, 1.5),
      'haze:transmission holds values for which no share',
    ],
    ['transmission=t.png,airlight=1:2', file('transmission', 0.5, 1), 'option airlight of haze: '],
  ] as const)('refuses %s', (text, files, message) => {
    expect(() => hazeOf(text, files as Record<string, FloatArray>)).toThrow(message);
  });

  it('has one light for a grey image', () => {
    expect(() =>
      operatorOf('haze:transmission=t.png,airlight=1:1:1', [1, 1, 2], file('transmission', 1, 1)),
    ).toThrow('haze:airlight has 3 colours, but the image is 1×1×2');
  });
});

describe('every one of them passes its own check', () => {
  const terms = fc.oneof(
    fc.double({ min: 0.1, max: 8, noNaN: true }).map((gain) => `clip:gain=${gain}`),
    fc.integer({ min: 1, max: 16 }).map((bits) => `quantize:bits=${bits}`),
    fc
      .record({
        exposure: fc.double({ min: 0.01, max: 1, noNaN: true }),
        gamma: fc.double({ min: 1, max: 4, noNaN: true }),
      })
      .map(({ exposure, gamma }) => `low-light:exposure=${exposure},gamma=${gamma}`),
  );
  it('whatever the options and sizes', async () => {
    const size = fc.integer({ min: 2, max: 12 });
    await fc.assert(
      fc.asyncProperty(terms, size, size, async (text, height, width) => {
        await expectSound(operatorOf(text, [3, height, width]));
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('binds to measurements of any shape', () => {
    const spec = { ...parseProblem('clip'), noise: parseTerm('gaussian:sigma=1') };
    expect(bind(spec, { measurementShape: [3, 4, 5] }).imageShape).toEqual([3, 4, 5]);
  });
});
