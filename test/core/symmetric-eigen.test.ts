import { describe, expect, it } from 'vitest';
import { keyedRandom } from '../../src/core/random.js';
import { cholesky, choleskySolve, forwardSolve, symmetricEigen } from '../../src/core/symmetric-eigen.js';

describe('symmetricEigen', () => {
  // Variances of faint noise are of the order of 1e-6: what is small is as exact as what is large.
  it.each([1, 1e-9, 1e9])(
    'knows the eigenvalues of %d of the second difference, 4 sin²(πk/2(n+1))',
    (scale) => {
      const size = 9;
      const matrix = Float64Array.from({ length: size * size }, (_, i) => {
        const distance = Math.abs(Math.floor(i / size) - (i % size));
        return scale * (distance === 0 ? 2 : distance === 1 ? -1 : 0);
      });
      const { values } = symmetricEigen(matrix, size);
      for (const [k, value] of values.entries()) {
        const truth = 4 * Math.sin((Math.PI * (size - k)) / (2 * (size + 1))) ** 2;
        expect(value / scale).toBeCloseTo(truth, 13);
      }
    },
  );

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

describe('cholesky', () => {
  const size = 5;
  const factors = keyedRandom(3, 'cholesky', 0)().normals([size, size]).data;
  // FFᵀ + I is positive definite.
  const matrix = Float64Array.from({ length: size * size }, (_, i) => {
    const [row, column] = [Math.floor(i / size), i % size];
    const inner = [0, 1, 2, 3, 4].reduce(
      (sum, k) => sum + factors[row * size + k] * factors[column * size + k],
      0,
    );
    return inner + (row === column ? 1 : 0);
  });
  const lower = cholesky(matrix, size);
  const b = [1, -2, 0.5, 3, -1];

  it('gives a lower triangle whose product with its transpose is the matrix', () => {
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        if (j > i) expect(lower[i * size + j]).toBe(0);
        let sum = 0;
        for (let k = 0; k < size; k++) sum += lower[i * size + k] * lower[j * size + k];
        expect(sum).toBeCloseTo(matrix[i * size + j], 12);
      }
      expect(lower[i * size + i]).toBeGreaterThan(0);
    }
  });

  it('solves L z = b and L Lᵀ x = b', () => {
    const z = forwardSolve(lower, b);
    const x = choleskySolve(lower, b);
    for (let i = 0; i < size; i++) {
      let [ofZ, ofX] = [0, 0];
      for (let k = 0; k < size; k++) {
        ofZ += lower[i * size + k] * z[k];
        ofX += matrix[i * size + k] * x[k];
      }
      expect(ofZ).toBeCloseTo(b[i], 12);
      expect(ofX).toBeCloseTo(b[i], 11);
    }
  });

  it('refuses a matrix that is not positive definite, and says where', () => {
    expect(() => cholesky(Float64Array.of(1, 2, 2, 1), 2)).toThrow(
      'A matrix of size 2 is not positive definite: pivot 1 is -3.',
    );
    expect(() => cholesky(Float64Array.of(0), 1)).toThrow(RangeError);
  });
});
