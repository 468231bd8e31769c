import { describe, expect, it } from 'vitest';
import { LayerFit, meanSquares, weightVariances } from '../../models/last-layer.js';
import { ints } from '../../models/onnx/graph.js';
import { floatArray } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';
import { float32, node } from './tiny-models.js';

describe('the law of the last layer', () => {
  it('has the variances of a ridge regression of these moments', () => {
    const law = { moments: Float32Array.of(2, 0.5, 1), observations: 100, residual: 0.04 };
    const expected = [1 / (1 + 5000), 1 / (1 + 1250), 1 / (1 + 2500)];
    weightVariances(law).forEach((value, k) => {
      expect(value).toBeCloseTo(expected[k], 9);
    });
  });

  it('takes the mean squares that each weight meets, whatever pads, strides and dilations', () => {
    const [channels, rows, columns] = [2, 7, 6];
    const data = keyedRandom(0, 'squares', 0)('features').normals([channels, rows, columns]).data;
    const attributes = { pads: ints([1, 0, 2, 1]), strides: ints([2, 1]), dilations: ints([1, 2]) };
    const last = {
      node: node('Conv', ['phi', 'w'], ['u'], attributes),
      features: 'phi',
      weight: float32('w', [5, channels, 3, 2], new Array<number>(60).fill(0)),
      tail: [],
    };
    const found = meanSquares({ type: 'float32', dims: [1, channels, rows, columns], data }, last);
    // Output [4, 5]: rows (7 + 1 + 2 − 3)/2 + 1, columns 6 + 0 + 1 − 3 + 1.
    for (let c = 0; c < channels; c++) {
      for (let i = 0; i < 3; i++) {
        for (let j = 0; j < 2; j++) {
          let sum = 0;
          for (let y = 0; y < 4; y++) {
            for (let x = 0; x < 5; x++) {
              const [row, column] = [2 * y + i - 1, x + 2 * j];
              if (row < 0 || row >= rows || column >= columns) continue;
              sum += data[(c * rows + row) * columns + column] ** 2;
            }
          }
          expect(found[(c * 3 + i) * 2 + j]).toBeCloseTo(sum / 20, 6);
        }
      }
    }
    expect(found[12]).toBe(1);
  });

  it('counts 64 pixels once, and what the layer is off by in its own units', () => {
    const fit = new LayerFit();
    const shape = [1, 8, 16];
    const filledWith = (value: number) => floatArray(new Float32Array(128).fill(value), shape);
    fit.add(Float64Array.of(1, 1), filledWith(0.2), filledWith(0.5));
    fit.add(Float64Array.of(3, 1), filledWith(0.2), filledWith(0.25));
    expect(fit.images).toBe(2);
    const { moments, observations, residual } = fit.law;
    expect([...moments]).toEqual([2, 1]);
    expect(observations).toBe(4);
    expect(residual).toBeCloseTo((0.16 + 0.64) / 2, 6);
  });
});
