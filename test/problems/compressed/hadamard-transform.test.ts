import { expect, it } from 'vitest';
import { sequencyRow, walshHadamard } from '../../../problems/compressed/hadamard-transform.js';

/** Sylvester's matrix: −1 where i and j share an odd number of bits. */
function sylvester(i: number, j: number): number {
  let [shared, sign] = [i & j, 1];
  for (; shared > 0; shared >>= 1) if (shared & 1) sign = -sign;
  return sign;
}

it("is Sylvester's matrix over the square root of its size, and its own inverse", () => {
  const { forward, inverse } = walshHadamard(2, 8, 'hadamard');
  const plane = Float64Array.from({ length: 16 }, (_, i) => Math.sin(i + 1));
  const found = plane.slice();
  forward(found);
  for (let i = 0; i < 16; i++) {
    const sum = plane.reduce((total, value, j) => total + sylvester(i, j) * value, 0);
    expect(found[i]).toBeCloseTo(sum / 4, 12);
  }
  inverse(found);
  for (const [i, value] of plane.entries()) expect(found[i]).toBeCloseTo(value, 12);
});

it('rows by sequency: row k changes its sign k times', () => {
  const size = 16;
  for (let changes = 0; changes < size; changes++) {
    const row = sequencyRow(changes, size);
    let found = 0;
    for (let j = 1; j < size; j++) if (sylvester(row, j) !== sylvester(row, j - 1)) found++;
    expect(found).toBe(changes);
  }
});

it('refuses sizes that are no powers of 2, naming the operator', () => {
  expect(() => walshHadamard(8, 12, 'single-pixel')).toThrow(
    'single-pixel needs images whose height and width are powers of 2, but the image is 8×12',
  );
});
