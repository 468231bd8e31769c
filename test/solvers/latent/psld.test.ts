/** PSLD where autoencoder and prior are linear: its formula, its fixed points, and gluing with no autoencoder. */
import { describe, expect, it } from 'vitest';
import { psld } from '../../../solvers/latent/psld.js';
import { floatArray } from '../../../src/core/array.js';
import { vpSigmas } from '../../../src/core/schedule.js';
import { restore } from '../../../src/restore.js';
import { denseProblem, solveDense, testContext } from '../../exact/dense.js';
import { atLeastZero, counts, expectRanges, positive } from '../declared.js';
import { runSolver } from '../run-solver.js';
import {
  A,
  C,
  CODE_SHAPE,
  decoded,
  denoised,
  E,
  IMAGE_SHAPE,
  kept,
  M,
  measured,
  plus,
  prior,
  SIGMA,
  task,
  times,
  transposed,
  W,
  Y,
} from './linear-codes.js';

/** (AᵀA + ρI)⁻¹Aᵀe */
function explained(residual: readonly number[], rho: number): number[] {
  const normal = transposed(A).map((column, i) =>
    transposed(A).map((other, j) => times([column], other)[0] + (i === j ? rho : 0)),
  );
  return solveDense(normal, times(transposed(A), residual));
}

/** ω‖y − A x̂‖ + γ‖E(x̂ + A⁺(y − A x̂)) − ẑ0‖, residuals as on [-1, 1] for the first. */
function loss(clean: readonly number[], omega: number, gamma: number, rho: number): number {
  const residual = plus(Y, measured(clean), -1);
  const glued = plus(decoded(clean), explained(residual, rho));
  const off = plus(plus(times(M, glued), E), clean, -1);
  return omega * Math.hypot(...residual) + gamma * Math.hypot(...off);
}

/** The chain in double precision; the gradient by central differences. */
function followed(steps: number, omega: number, gamma: number, trust: number): number[] {
  const sigmas = vpSigmas(steps, 0.02, 3);
  let z = Array.from(testContext().random('init').normals(CODE_SHAPE).data, (n) => sigmas[0] * n);
  for (let i = 0; i < steps; i++) {
    const [sigma, next] = [sigmas[i], sigmas[i + 1]];
    const clean = denoised(z, sigma);
    const unit = 2 * Math.sqrt((1 + sigma ** 2) * (1 + next ** 2)) * Math.sqrt(2 / 12288);
    // No longer than Bayes' step.
    const most =
      (((sigma ** 2 - next ** 2) / SIGMA ** 2) * Math.hypot(...plus(Y, measured(clean), -1))) / unit;
    const bounded = Math.min(omega, most);
    const h = 1e-6;
    const slope = clean.map((_, j) => {
      const moved = (by: number) =>
        loss(
          clean.map((value, k) => value + (k === j ? by : 0)),
          bounded,
          gamma,
          (SIGMA / trust) ** 2,
        );
      return (moved(h) - moved(-h)) / (2 * h);
    });
    z = z.map(
      (value, j) => clean[j] + (next / sigma) * (value - clean[j]) - unit * kept(sigma)[j] * slope[j],
    );
  }
  return decoded(z);
}

const expectClose = (found: ArrayLike<number>, expected: ArrayLike<number>, within = 2e-5) =>
  Array.from(expected).forEach((value, i) => {
    expect(Math.abs(found[i] - value)).toBeLessThan(within);
  });

describe('psld', () => {
  it.each([
    { omega: 3, gamma: 0, trust: 0.1 },
    { omega: 0, gamma: 3, trust: 0.1 },
    { omega: 2, gamma: 1, trust: 0.4 },
  ])(
    'is DDIM and the gradient of its two terms: ω $omega, γ $gamma, r $trust',
    async ({ omega, gamma, trust }) => {
      const steps = 8;
      const options = { steps, omega, gamma, trust, sigmaMax: 3 };
      const found = await runSolver(psld, task, options, testContext());
      expectClose(found.data, followed(steps, omega, gamma, trust));
    },
  );

  it('moves no farther than Bayes’ step, whatever ω', async () => {
    const run = (omega: number) =>
      runSolver(psld, task, { steps: 1, omega, gamma: 0, sigmaMax: 0.2 }, testContext());
    const [far, farther] = [await run(1e6), await run(1e7)];
    expect(far.data).toEqual(farther.data);
    const clean = denoised(
      Array.from(testContext().random('init').normals(CODE_SHAPE).data, (n) => 0.2 * n),
      0.2,
    );
    const pull = times(transposed(W), times(transposed(A), plus(Y, measured(clean), -1)));
    const code = clean.map((value, j) => value + ((0.2 ** 2 * kept(0.2)[j]) / SIGMA ** 2) * pull[j]);
    expectClose(far.data, decoded(code));
  });

  it('moves no farther than to what the encoder gives, whatever γ', async () => {
    const options = { steps: 1, omega: 0, trust: 0.1, sigmaMax: 0.2 };
    const run = (gamma: number) => runSolver(psld, task, { ...options, gamma }, testContext());
    const [far, farther] = [await run(1e6), await run(1e7)];
    expect(far.data).toEqual(farther.data);
    const start = testContext().random('init').normals(CODE_SHAPE).data;
    const clean = denoised(
      Array.from(start, (n) => 0.2 * n),
      0.2,
    );
    // Downhill on half the square of the distance.
    const half = (at: readonly number[]) => loss(at, 0, 1, (SIGMA / 0.1) ** 2) ** 2 / 2;
    const code = clean.map((value, j) => {
      const moved = (by: number) => half(clean.map((other, k) => other + (k === j ? by : 0)));
      return value - (kept(0.2)[j] * (moved(1e-5) - moved(-1e-5))) / 2e-5;
    });
    expectClose(far.data, decoded(code));
  });

  it('without an autoencoder and with rows of unit length, gluing pulls where the measurement does', async () => {
    const itself = async (x: ReturnType<typeof floatArray>) => x;
    const linearized = async (x: ReturnType<typeof floatArray>) => ({
      value: x,
      pullback: (v: typeof x) => v,
      release() {},
    });
    const rows = [[0.6, 0.8]];
    const plain = {
      problem: denseProblem(rows, 1e-4, CODE_SHAPE),
      measurement: floatArray(Float32Array.of(0.9), [1]),
      prior: {
        ...prior,
        channels: 2,
        encode: itself,
        decode: itself,
        linearizeDecode: linearized,
        linearizeEncode: linearized,
      },
    };
    const run = (omega: number, gamma: number) =>
      runSolver(psld, plain, { steps: 5, omega, gamma, sigmaMax: 3 }, testContext());
    const [both, one, less] = [await run(1, 0.5), await run(1.5, 0), await run(1, 0)];
    expectClose(both.data, one.data, 1e-4);
    expect(Math.abs(both.data[0] - less.data[0])).toBeGreaterThan(1e-3);
  });

  it('leaves alone a code whose image is measured and that the encoder gives back', async () => {
    // An encoder that undoes the decoder, and one level so low that D(z) is z.
    const square = [
      [0.5, 0.2],
      [-0.3, 0.6],
    ];
    const undo = transposed(
      [0, 1].map((i) =>
        solveDense(
          square,
          [0, 1].map((j) => +(i === j)),
        ),
      ),
    );
    const encode = (x: ArrayLike<number>) => times(undo, plus([x[0], x[1]], C, -1));
    const array = (values: number[]) => floatArray(Float32Array.from(values), CODE_SHAPE);
    const back = [
      [...undo[0], 0],
      [...undo[1], 0],
    ];
    const faithful = {
      ...prior,
      encode: async (x: ReturnType<typeof array>) => array(encode(x.data)),
      linearizeEncode: async (x: ReturnType<typeof array>) => ({
        value: array(encode(x.data)),
        pullback: (v: typeof x) =>
          floatArray(Float32Array.from(times(transposed(back), v.data)), IMAGE_SHAPE),
        release() {},
      }),
    };
    const sigma = 0.021;
    const start = Array.from(testContext().random('init').normals(CODE_SHAPE).data, (n) => sigma * n);
    const clean = denoised(start, sigma);
    const exactly = floatArray(Float32Array.from(measured(clean)), [2]);
    const run = (measurement: typeof exactly) =>
      runSolver(
        psld,
        { ...task, prior: faithful, measurement },
        { steps: 1, sigmaMax: sigma, omega: 50, gamma: 50 },
        testContext(),
      );
    expectClose((await run(exactly)).data, decoded(clean), 1e-3);
    const other = floatArray(Float32Array.from(plus(measured(clean), [0.3, 0.1])), [2]);
    expect(Math.abs((await run(other)).data[0] - decoded(clean)[0])).toBeGreaterThan(3e-3);
  });

  it('frees what it asked for, and says what it lacks', async () => {
    expectRanges(psld, {
      steps: counts(10_000),
      omega: atLeastZero,
      gamma: atLeastZero,
      trust: positive(),
      sigmaMax: positive(),
    });
    let held = 0;
    const holding = <T extends { release(): void }>(taken: T) => {
      held++;
      return { ...taken, release: () => void held-- };
    };
    const watched = {
      ...prior,
      linearizeDecode: async (z: Parameters<typeof prior.linearizeDecode>[0]) =>
        holding(await prior.linearizeDecode(z)),
      linearizeEncode: async (x: Parameters<typeof prior.linearizeEncode>[0]) =>
        holding(await prior.linearizeEncode(x)),
    };
    await runSolver(psld, { ...task, prior: watched }, { steps: 3 }, testContext());
    expect(held).toBe(0);
    const { linearizeEncode: _, ...without } = prior;
    await expect(restore({ ...task, prior: without, solver: 'psld' })).rejects.toThrow(
      /^solver psld needs a prior with an encoder that can be differentiated, but prior linear codes has none; these would work: resample, latent-dps, latent-daps, /,
    );
    const found = await restore({ ...task, prior, solver: 'psld', samples: 2, options: { steps: 2 } });
    expect(found.samplesPosterior).toBe(false);
  });
});
