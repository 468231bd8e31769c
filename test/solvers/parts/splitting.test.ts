import { expect, it } from 'vitest';
import { withLinearization } from '../../../problems/operator.js';
import { diagonal } from '../../../problems/parts/diagonal.js';
import { splitting } from '../../../solvers/parts/splitting.js';
import { floatArray, mapArray } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';

const [s, y, noiseVariance, lambda] = [2, 1.4, 0.04, 0.3];
const shape = [1, 1, 1];
const operator = diagonal(shape, Float32Array.of(s));
const measurement = floatArray(Float32Array.of(y), shape);
const sigmas = [0.5, 0.2];
const random = (k: number) => keyedRandom(0, 'splitting', 0)('noise', k);
const without = { fresh: 0, random };

it.each([true, false])(
  'alternates data and denoiser as its formulas say, with a dual variable: %s',
  async (dual) => {
    const asked: number[][] = [];
    const found = await splitting(
      { operator, measurement, noiseVariance, sigmas, lambda, dual, ...without },
      async (x, sigma, k) => {
        asked.push([sigma, k]);
        return mapArray(x, (value) => 0.1 + 0.8 * value);
      },
    );
    let [v, u] = [0.5, 0];
    for (const sigma of sigmas) {
      const rho = (lambda * noiseVariance) / sigma ** 2;
      const x = (s * y + rho * (v - u)) / (s * s + rho);
      v = 0.1 + 0.8 * (x + u);
      if (dual) u += x - v;
    }
    expect(found.data[0]).toBeCloseTo(v, 5);
    expect(asked).toEqual(sigmas.map((sigma, k) => [sigma, k]));
  },
);

it('begins at what the picture says where that shows a part of the scene only', async () => {
  const framed = withLinearization({
    ...operator,
    frame: { top: 0, left: 0, height: 1, width: 1 },
    apply: operator.apply,
    adjoint: operator.adjoint,
  });
  const found = await splitting(
    { operator: framed, measurement, noiseVariance, sigmas: [], lambda, dual: false, ...without },
    async (x) => x,
  );
  expect(found.data[0]).toBeCloseTo(y / s, 2);
});

it('adds a share of the noise before denoising, and keeps it out of the dual variable', async () => {
  const fresh = 0.3;
  const found = await splitting(
    { operator, measurement, noiseVariance, sigmas, lambda, dual: true, fresh, random },
    async (x) => mapArray(x, (value) => 0.1 + 0.8 * value),
  );
  let [v, u] = [0.5, 0];
  sigmas.forEach((sigma, k) => {
    const rho = (lambda * noiseVariance) / sigma ** 2;
    const x = (s * y + rho * (v - u)) / (s * s + rho);
    v = 0.1 + 0.8 * (x + u + fresh * sigma * random(k).normals(shape).data[0]);
    u += x - v;
  });
  expect(found.data[0]).toBeCloseTo(v, 5);
});
