/** One code that is the image itself: p(z) = N(0, 2²) * U(−½, ½), y = 1.5 ~ N(z, 0.8²). */
import { generalisedGaussian } from '../../models/compressive/law.js';
import { conditionalRate } from '../../models/compressive/rate.js';
import type { CompressivePrior } from '../../models/prior.js';
import { compressiveImages } from '../../solvers/parts/compressive-images.js';
import { factorsAround } from '../../solvers/parts/variational-codes.js';
import { floatArray } from '../../src/core/array.js';
import { denseProblem } from '../exact/dense.js';

const one = (value: number) => floatArray(Float32Array.of(value), [1, 1, 1]);

const prior: CompressivePrior = {
  kind: 'compressive',
  name: 'one code',
  channels: 1,
  sizeMultiple: 1,
  codeShapes: () => [[1, 1, 1]],
  encode: async (image) => [image],
  decode: async (z) => one(z.data[0]),
  linearizeDecode: async (z) => ({ value: one(z.data[0]), pullback: (v) => v, release() {} }),
  async rate([z]) {
    const { nats, gradient } = conditionalRate(z, one(0), one(2), generalisedGaussian(2));
    return { nats, gradient: [gradient] };
  },
  draw: async () => [one(0)],
  close: async () => {},
};

export const codeTask = {
  problem: denseProblem([[1]], 0.8, [1, 1, 1]),
  measurement: floatArray(Float32Array.of(1.5), [1]),
  prior,
  images: compressiveImages(prior, [1, 1, 1], 1),
  weight: 1,
};

export const start = () => ({ factors: factorsAround([one(0)]) });
