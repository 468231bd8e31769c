/** A device counts as working once it gives what the CPU gives: evaluations and a vector-Jacobian product of each. */
import { type FloatArray, floatArray, type Shape } from '../src/core/array.js';
import { GradientError, UsageError } from '../src/core/errors.js';
import type { Linearization } from '../src/core/linearization.js';
import { keyedRandom, type Random } from '../src/core/random.js';
import type { Precision } from './onnx/runtime.js';
import type { DiffusionPrior, Prior } from './prior.js';

/** How far a device may be off the CPU, relative to the largest value, by the numbers that it computes with. */
const TOLERANCE: Readonly<Record<Precision, number>> = { fp32: 1e-3, fp16: 3e-2 };

/** Pixels a side of what is tried: a multiple of all that networks ask for. */
const SIDE = 64;

/** What a device and the CPU differ by, relative to the largest value. */
export interface Agreement {
  readonly evaluation: number;
  /** Absent where the prior has no gradient. */
  readonly gradient?: number;
}

/**
 * Compares a prior on a device with the same prior on the CPU.
 * @throws UsageError naming the device where they differ by more than rounding.
 */
export async function requireAgreement(
  prior: Prior,
  cpu: Prior,
  device: string,
  precision: Precision = 'fp32',
): Promise<Agreement> {
  const [found, truth] = [await answers(prior), await answers(cpu)];
  const worst = (kind: keyof Answer) =>
    truth.reduce((most, answer, i) => Math.max(most, difference(found[i][kind], answer[kind])), 0);
  const [evaluation, gradient] = [worst('value'), worst('gradient')];
  const [off, what] = gradient > evaluation ? [gradient, 'gradient'] : [evaluation, 'answer'];
  if (off <= TOLERANCE[precision]) {
    return { evaluation, ...(truth.some((answer) => answer.gradient) && { gradient }) };
  }
  throw new UsageError(
    `device ${device}${precision === 'fp32' ? '' : ` with ${precision}`}: the ${what} of ${prior.name} is off the CPU's by ${off.toPrecision(2)} of its largest value; ` +
      `expected at most ${TOLERANCE[precision]}`,
  );
}

interface Answer {
  readonly value: FloatArray;
  readonly gradient?: FloatArray;
}

/** What each network of a prior answers to the same questions every time. */
async function answers(prior: Prior): Promise<Answer[]> {
  const random = keyedRandom(0, 'device', 0)();
  const { linearizeDecode } = prior.kind === 'diffusion' ? {} : prior;
  switch (prior.kind) {
    case 'diffusion':
      return [await ofDenoiser(prior, random)];
    case 'latent': {
      const ofCodes = await ofDenoiser(prior.codes, random);
      return [ofCodes, await answer(ofCodes.value, random, (z) => prior.decode(z), linearizeDecode)];
    }
    case 'compressive': {
      const [z] = await prior.encode(random.normals([prior.channels, SIDE, SIDE]));
      return [{ value: z }, await answer(z, random, (code) => prior.decode(code), linearizeDecode)];
    }
    case 'masked': {
      const [height, width] = prior.gridOf([prior.channels, SIDE, SIDE]);
      const hidden = { height, width, ids: new Int32Array(height * width).fill(prior.codebook.shape[0]) };
      const code = random.normals([prior.codebook.shape[1], height, width]);
      const decoded = await answer(code, random, (one) => prior.decode(one), linearizeDecode);
      return [{ value: await prior.logits(hidden) }, decoded];
    }
  }
}

/** At a level at which the network has something to do. */
async function ofDenoiser(prior: DiffusionPrior, random: Random): Promise<Answer> {
  const [least, most] = prior.sigmaRange;
  const sigma = Math.sqrt(least * Math.min(most, 10));
  const x = random.normals([prior.channels, SIDE, SIDE]);
  const noisy = floatArray(
    x.data.map((value) => 0.5 + sigma * value),
    x.shape,
  );
  return answer(
    noisy,
    random,
    (image) => prior.denoise(image, sigma),
    prior.linearize && ((image) => prior.linearize!(image, sigma)),
  );
}

async function answer(
  x: FloatArray,
  random: Random,
  evaluate: (x: FloatArray) => Promise<FloatArray>,
  linearize?: (x: FloatArray) => Promise<Linearization>,
): Promise<Answer> {
  try {
    const at = await linearize?.(x);
    if (at === undefined) return { value: await evaluate(x) };
    const gradient = await at.pullback(cotangent(at.value.shape, random));
    at.release();
    return { value: at.value, gradient };
  } catch (error) {
    if (!(error instanceof GradientError)) throw error;
    return { value: await evaluate(x) };
  }
}

const cotangent = (shape: Shape, random: Random): FloatArray => random.normals(shape);

/** Largest difference, relative to the largest value of the truth. */
function difference(found: FloatArray | undefined, truth: FloatArray | undefined): number {
  if (truth === undefined) return 0;
  let [off, largest] = [0, 1e-30];
  for (let i = 0; i < truth.data.length; i++) {
    largest = Math.max(largest, Math.abs(truth.data[i]));
    // What is no number is as wrong as can be.
    const error = Math.abs((found?.data[i] ?? Number.NaN) - truth.data[i]);
    off = Math.max(off, Number.isNaN(error) ? Number.POSITIVE_INFINITY : error);
  }
  return off / largest;
}
