import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { GaussianMixture, mixturePrior } from '../../models/mixture.js';
import type { LatentPrior, Prior } from '../../models/prior.js';
import { bind, parseProblem, parseTerm } from '../../problems/index.js';
import { correlatedNoise } from '../../problems/noises/correlated.js';
import { chooseSolver, effectiveOptions, recommended, requireMatch } from '../../solvers/choose.js';
import { defineSolver } from '../../solvers/define-solver.js';
import { solvers } from '../../solvers/index.js';
import { denseOperator } from '../../src/bench/dense.js';
import { type FloatArray, zeros } from '../../src/core/array.js';
import { GradientError, UsageError } from '../../src/core/errors.js';
import { restore } from '../../src/restore.js';
import { denseProblem, identity } from '../exact/dense.js';

const SHAPE = [1, 1, 2];
const problem = {
  ...denseProblem(identity(2), 0.1, SHAPE),
  operator: {
    ...denseOperator(identity(2), SHAPE),
    identity: true,
    undo: { invert: (y: FloatArray) => y },
  },
  measurementShape: SHAPE,
};
const prior = mixturePrior(new GaussianMixture([{ weight: 1, mean: [0, 0], covariance: 1 }]));
const { linearize: _, ...withoutGradient } = prior;
const { variance: __, ...poisson } = { ...problem.noise, name: 'poisson' };
const { adjoint: ___, ...nonlinear } = { ...problem.operator, adjoint: undefined, identity: false };

const latent: LatentPrior = {
  kind: 'latent',
  name: 'codes',
  channels: 1,
  downsampling: 1,
  codes: prior,
  encode: async (image) => image,
  decode: async (code) => code,
  linearizeDecode: async (value) => ({ value, pullback: (v) => v, release() {} }),
  close: async () => {},
};

/** What shows only when it is tried. */
const ruleless = async () => {
  throw new GradientError('decoder.onnx cannot be differentiated at Det (node "d"): there is no rule.');
};

describe('a network that cannot be differentiated', () => {
  const job = { problem: denseProblem(identity(2), 0.1, SHAPE), measurement: zeros([2]), samples: 1 };

  it.each(['latent-dps', 'latent-daps', 'resample'])(
    'of a decoder: %s says so, and which remain',
    async (solver) => {
      const codes = { ...prior, consistencyLevels: [2, 1, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05] };
      const given = { ...latent, codes, linearizeDecode: ruleless, text: '' };
      const run = restore({ ...job, prior: given, solver });
      await expect(run).rejects.toThrow(
        `solver ${solver} needs a gradient, but decoder.onnx cannot be differentiated at Det (node "d"): there is no ` +
          `rule; these would work: latino, treg, wiener, tv`,
      );
      await expect(run).rejects.toBeInstanceOf(UsageError);
      // And they do.
      const found = await restore({ ...job, prior: given, solver: 'latino' });
      expect(found.mean.data.every(Number.isFinite)).toBe(true);
    },
  );

  it('of pixels too; other errors stay as they are', async () => {
    await expect(
      restore({ ...job, prior: { ...prior, linearize: ruleless }, solver: 'dps' }),
    ).rejects.toThrow(/^solver dps needs a gradient, but decoder\.onnx .*these would work: diffpir, /);
    const broken = async () => {
      throw new Error('out of memory');
    };
    const other = { ...latent, linearizeDecode: broken };
    await expect(restore({ ...job, prior: other, solver: 'latent-dps' })).rejects.toThrow(/^out of memory$/);
  });
});

describe('requireMatch', () => {
  it('names the solvers that would work, and no other', () => {
    const task = { problem: { ...problem, operator: nonlinear }, prior: withoutGradient };
    let named: readonly string[] = [];
    try {
      requireMatch(solvers.tv, task);
    } catch (error) {
      named = (error as Error).message.split('these would work: ')[1]?.split(', ') ?? [];
    }
    for (const { name, needs } of Object.values(solvers)) {
      const other = !['none', 'diffusion'].includes(needs.prior);
      const more =
        needs.linear || needs.identity || needs.undo || needs.priorVjp || needs.noise === 'octaves' || other;
      expect(named.includes(name), name).toBe(!more);
    }
  });

  it('lets every solver do the identity with Gaussian noise and a differentiable prior', () => {
    for (const solver of Object.values(solvers).filter(
      ({ needs }) => ['none', 'diffusion'].includes(needs.prior) && needs.noise !== 'octaves',
    )) {
      const noisePrior = solver.needs.noisePrior && prior;
      expect(() => requireMatch(solver, { problem, prior, noisePrior })).not.toThrow();
    }
  });

  it.each([
    ['dps', { problem }, 'solver dps needs a prior of kind diffusion, but none was given'],
    [
      'dps',
      { problem, prior: withoutGradient },
      'solver dps needs a prior with a gradient, but prior gaussian-mixture has none',
    ],
    [
      'diffpir',
      { problem: { ...problem, noise: poisson }, prior },
      'solver diffpir needs Gaussian noise of equal variance, but the noise is poisson',
    ],
    [
      'tv',
      { problem: { ...problem, operator: nonlinear }, prior },
      'solver tv needs a linear operator, but the operator of problem dense is not linear',
    ],
    [
      'tweedie',
      { problem: { ...problem, operator: { ...problem.operator, identity: false } }, prior },
      'solver tweedie needs a measurement that is the image and noise, as denoise has it, but problem dense measures something else',
    ],
    [
      'dps',
      { problem, prior: { ...prior, channels: 3 } },
      'solver dps needs a prior of 1-channel images, but prior gaussian-mixture is one of 3-channel images',
    ],
    [
      'joint-diffusion',
      { problem, prior },
      'solver joint-diffusion needs a second prior, of the structured noise, but none was given',
    ],
    [
      'joint-diffusion',
      { problem, prior, noisePrior: withoutGradient },
      'solver joint-diffusion needs a second prior of kind diffusion with a gradient, but gaussian-mixture is none',
    ],
    [
      'joint-diffusion',
      { problem, prior, noisePrior: { ...prior, channels: 3 } },
      'solver joint-diffusion needs a second prior of arrays like the measurement, of shape 1×1×2, but prior gaussian-mixture is one of 3-channel images',
    ],
    [
      'dps',
      { problem, prior, noisePrior: prior },
      'solver dps needs noise without a prior of its own, but prior gaussian-mixture was given for it',
    ],
    [
      'resample',
      { problem, prior: { ...latent, codes: withoutGradient } },
      'solver resample needs a prior with a gradient, but prior codes has none',
    ],
    [
      'resample',
      { problem, prior: { ...latent, linearizeDecode: undefined } },
      'solver resample needs a prior with a gradient, but prior codes has none',
    ],
    [
      'resample',
      { problem, prior: { ...latent, encode: undefined } },
      'solver resample needs a prior with an encoder, but prior codes has none',
    ],
    [
      'dps',
      { problem, prior: latent },
      'solver dps needs a prior of kind diffusion, but prior codes is of kind latent',
    ],
    [
      'ddrm',
      { problem: { ...problem, operator: { ...problem.operator, svd: undefined } }, prior },
      'solver ddrm needs an operator whose singular value decomposition is known, but that of problem dense is not',
    ],
    [
      'ddrm',
      { problem: { ...problem, operator: nonlinear }, prior },
      'solver ddrm needs a linear operator, but the operator of problem dense is not linear',
    ],
    [
      'mmps',
      { problem: { ...problem, noise: poisson }, prior },
      'solver mmps needs noise that is Gaussian given the clean measurement, but the noise is poisson',
    ],
    [
      'two-scale',
      { problem, prior },
      'solver two-scale needs noise whose strength is known by octave, such as correlated, but the noise is gaussian',
    ],
    [
      'joint-diffusion',
      { problem, prior, noisePrior: latent },
      'solver joint-diffusion needs a second prior of kind diffusion with a gradient, but codes is none',
    ],
    [
      'joint-diffusion',
      { problem: { ...problem, measurementShape: [1, 2] }, prior, noisePrior: prior },
      'solver joint-diffusion needs a second prior of arrays like the measurement, of shape 1×2, but prior gaussian-mixture is one of 1-channel images',
    ],
  ])('%s says what is lacking and what would work', (name, task, sentence) => {
    expect(() => requireMatch(solvers[name], task)).toThrow(`${sentence}; `);
    expect(() => requireMatch(solvers[name], task)).toThrow(UsageError);
  });

  it('lets through what has what is needed, and adds the variance where it is one for all', () => {
    const task = { problem, prior, measurement: zeros(SHAPE) };
    expect(requireMatch(solvers.diffpir, task)).toEqual({ ...task, noiseVariance: 0.1 ** 2 });
    expect(requireMatch(solvers.dps, task)).toEqual({ ...task, noiseVariance: undefined });
    expect(() => requireMatch(solvers.resample, { problem, prior: latent })).not.toThrow();
    const grainy = { ...problem, noise: correlatedNoise([[0.01]]) };
    expect(() => requireMatch(solvers['two-scale'], { problem: grainy, prior })).not.toThrow();
    // A second prior is of images like the measurement, whatever the image is.
    const wide = { ...problem, measurementShape: [3, 1, 2] };
    const noisePrior = { ...prior, channels: 3 };
    expect(() =>
      requireMatch(solvers['joint-diffusion'], { problem: wide, prior, noisePrior }),
    ).not.toThrow();
  });

  it('says so where no solver would work', () => {
    const task = { problem: { ...problem, operator: nonlinear }, prior: { ...prior, channels: 3 } };
    expect(() => requireMatch(solvers.dps, task)).toThrow(/; no solver would work$/);
  });
});

describe('recommended', () => {
  const boundTo = (operator: string, noise: string) =>
    bind({ ...parseProblem(operator), noise: parseTerm(noise) }, { imageShape: [3, 16, 16] });

  it.each([
    ['gaussian-blur:sigma=1', 'gaussian:sigma=0.01', 'diffpir'],
    ['gaussian-blur:sigma=1', 'laplace:scale=0.01', 'dps'],
    ['gaussian-blur:sigma=1', 'correlated:octaves=0.01:0.02', 'diffpir'],
    ['gaussian-blur:sigma=1', 'poisson-gaussian:gain=0.01,sigma=0.01', 'diffpir'],
    ['denoise', 'gaussian:sigma=0.1', 'tweedie'],
    ['denoise', 'poisson:gain=1/100', 'diffpir'],
    ['denoise', 'correlated:octaves=0.01:0.02', 'two-scale'],
    ['low-light', 'gaussian:sigma=0.01', 'two-scale'],
    ['low-light:gamma=1', 'correlated:octaves=0.01:0.02', 'two-scale'],
    ['low-light', 'poisson:gain=1/100', 'daps'],
    ['colorize', 'gaussian:sigma=0.01', 'diffpir'],
    ['clip', 'gaussian:sigma=0.01', 'daps'],
    ['quantize:bits=2', 'gaussian:sigma=0.01', 'dps'],
  ])('for %s with %s noise: %s', (operator, noise, solver) => {
    expect(recommended(boundTo(operator, noise))).toBe(solver);
    expect(chooseSolver(undefined, boundTo(operator, noise)).name).toBe(solver);
  });

  it('takes a noise of one’s own for Gaussian where it is so called and has a variance', () => {
    const denoise = boundTo('denoise', 'gaussian:sigma=0.1');
    const withNoise = (change: object) => ({ ...denoise, noise: { ...denoise.noise, ...change } });
    expect(recommended(withNoise({}))).toBe('tweedie');
    expect(recommended(withNoise({ name: 'dark', octaves: undefined }))).toBe('dps');
    expect(recommended(withNoise({ variance: undefined, octaves: undefined }))).toBe('dps');
  });

  it('is the one that takes two priors, where there are two', () => {
    const denoise = boundTo('denoise', 'gaussian:sigma=0.1');
    expect(recommended(denoise, { noisePrior: prior })).toBe('joint-diffusion');
    expect(chooseSolver(undefined, denoise, { noisePrior: prior })).toBe(solvers['joint-diffusion']);
  });

  it('is of the family of the prior, where that is none of pixels', () => {
    const denoise = boundTo('denoise', 'gaussian:sigma=0.1');
    const name = (of: object, uncertainty = false) =>
      chooseSolver(undefined, denoise, { prior: of as Prior, uncertainty }).name;
    const spread = async () => denoise.imageShape;
    expect(name({ kind: 'compressive', spread })).toBe('vble-xz');
    expect(name({ kind: 'compressive' })).toBe('vble');
    expect(name(latent)).toBe('resample');
    const tokens = { kind: 'masked', linearizeDecode: spread };
    expect(name(tokens)).toBe('aps');
    // Which gives no uncertainty.
    expect(name(tokens, true)).toBe('mask-metropolis');
    expect(name({ kind: 'masked' })).toBe('mask-metropolis');
  });

  describe('where the uncertainty is wanted', () => {
    it.each([
      ['denoise', 'gaussian:sigma=0.1', 'tweedie'],
      ['gaussian-blur:sigma=1', 'gaussian:sigma=0.1', 'flower'],
      ['inpaint:fraction=0.5', 'gaussian:sigma=0.1', 'flower'],
      ['denoise', 'correlated:octaves=0.01:0.02', 'flower'],
      ['clip', 'gaussian:sigma=0.1', 'daps'],
      ['denoise', 'poisson:gain=0.01', 'dps'],
    ])('%s with %s is for %s', (operator, noise, solver) => {
      const chosen = chooseSolver(undefined, boundTo(operator, noise), { uncertainty: true });
      expect(chosen.name).toBe(solver);
      expect(chosen.samplesPosterior).toBe(true);
    });

    it('no solver may be named besides', () => {
      expect(() => chooseSolver('diffpir', problem, { uncertainty: true })).toThrow(
        '--uncertainty chooses the solver, but solver diffpir is named; expected one of the two',
      );
    });
  });
});

describe('chooseSolver', () => {
  it('takes a solver, or the name of one that there is', () => {
    const own = { ...solvers.tv, name: 'own' };
    expect(chooseSolver(own, problem)).toBe(own);
    expect(chooseSolver('pnp-dm', problem)).toBe(solvers['pnp-dm']);
    for (const name of ['pnp', 'toString', '']) {
      expect(() => chooseSolver(name, problem)).toThrow(UsageError);
      expect(() => chooseSolver(name, problem)).toThrow(`there is no solver "${name}"; the nearest are `);
    }
  });
});

describe('effectiveOptions', () => {
  const solver = defineSolver({
    kind: 'point',
    name: 'own',
    summary: '',
    needs: { prior: 'none', noise: 'any' },
    samplesPosterior: false,
    options: z.strictObject({ a: z.int().default(1), b: z.int().default(1), c: z.int().default(1) }),
    presets: {
      inpaint: { a: 2, b: 2 },
      'inpaint:fraction': { a: 3 },
      blur: { b: 4 },
    },
    run: async ({ measurement }) => measurement,
  });
  const named = (name: string, ...options: Record<string, unknown>[]) => ({
    ...problem,
    name,
    spec: { operators: options.map((given) => ({ name, options: given })) },
  });

  it('are the defaults, then the preset of the problem, then what is given', () => {
    expect(effectiveOptions(solver, named('denoise', {}))).toEqual({ a: 1, b: 1, c: 1 });
    expect(effectiveOptions(solver, named('blur', {}))).toEqual({ a: 1, b: 4, c: 1 });
    expect(effectiveOptions(solver, named('blur', {}), { b: 5, c: 6 })).toEqual({ a: 1, b: 5, c: 6 });
    expect(() => effectiveOptions(solver, named('blur', {}), { b: 0.5 })).toThrow(
      'option b of solver own: expected a whole number, found 0.5',
    );
  });

  it('take the preset of an option of the last operator instead, where there is one', () => {
    const box = { box: [0, 0, 1, 1] };
    expect(effectiveOptions(solver, named('inpaint', box))).toEqual({ a: 2, b: 2, c: 1 });
    expect(effectiveOptions(solver, named('inpaint', { seed: 0, fraction: 0.5 }))).toEqual({
      a: 3,
      b: 1,
      c: 1,
    });
    expect(effectiveOptions(solver, named('inpaint', { fraction: 0.5 }, box))).toEqual({ a: 2, b: 2, c: 1 });
    // Of operators that are no text there are no options.
    expect(effectiveOptions(solver, named('inpaint'))).toEqual({ a: 2, b: 2, c: 1 });
  });
});
