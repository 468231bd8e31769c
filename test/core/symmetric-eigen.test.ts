import { describe, expect, it } from 'vitest';
import { keyedRandom } from '../../src/core/random.js';
import { symmetricEigen } from '../../src/core/symmetric-eigen.js';

describe('symmetricEigen', () => {
  it('knows the eigenvalues of the second difference, 4 sin²(πk/2(n+1))', () => {
    const size = 9;
    const matrix = Float64Array.from({ length: size * size }, (_, i) => {
      const distance = Math.abs(Math.floor(i / size) - (i % size));
      return distance === 0 ? 2 : distance === 1 ? -1 : 0;
    });
    const { values } = symmetricEigen(matrix, size);
    for (const [k, value] of values.entries()) {
      expect(value).toBeCloseTo(4 * Math.sin((Math.PI * (size - k)) / (2 * (size + 1))) ** 2, 13);
    }
  });

  it.each([1, 2, 5, 20])('gives back a random matrix of size %i of rank 3', (size) => {
    const factors = keyedRandom(size, 'eigen', 0)().normals([3, size]).data;
    const matrix = Float64Array.from({ length: size * size }, (_, i) => {
      const [row, column] = [Math.floor(i / size), i % size];
      return [0, 1, 2].reduce((sum, k) => sum + factors[k * size + row] * factors[k * size + column], 0);
    });
    const before = matrix.slice();
    const { values, vectors } = symmetricEigen(matrix, size);
    expect(matrix).toEqual(before);
    const row = (k: number) => vectors.subarray(k * size, (k + 1) * size);
    for (let i = 0; i < size; i++) {
      if (i > 0) expect(values[i - 1]).toBeGreaterThanOrEqual(values[i]);
      if (i > 2) expect(Math.abs(values[i])).toBeLessThan(1e-13 * values[0]);
      for (let j = 0; j < size; j++) {
        const inner = row(i).reduce((sum, value, k) => sum + value * row(j)[k], 0);
        expect(inner).toBeCloseTo(i === j ? 1 : 0, 13);
        const entry = values.reduce((sum, value, k) => sum + value * row(k)[i] * row(k)[j], 0);
        expect(entry).toBeCloseTo(matrix[i * size + j], 11);
      }
    }
  });
});
