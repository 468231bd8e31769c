/** What JavaScript lets through: arguments of another kind, and arrays that change while the work goes on. */
import { expect, test } from 'vitest';
import { loadPrior } from '../../models/load.js';
import { GaussianMixture, mixturePrior } from '../../models/mixture.js';
import { problem } from '../../problems/bind.js';
import { bind, noises, operators } from '../../problems/index.js';
import { plainOperator } from '../../problems/own/module.js';
import { problemOf } from '../../problems/problem.js';
import { contiguous, floatArray, zeros } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import * as library from '../../src/index.js';
import * as problemKit from '../../src/problem-kit.js';
import { type RestoreJob, restore } from '../../src/restore.js';
import * as solverKit from '../../src/solver-kit.js';
import { expectSentence } from '../fuzz/damage.js';

const prior = mixturePrior(
  new GaussianMixture([{ weight: 1, mean: new Float32Array(4), covariance: 1 }]),
  [1, 2, 2],
);
const right = {
  measurement: zeros([1, 2, 2]),
  problem: problem('denoise', 'gaussian:sigma=0.1'),
  prior,
  samples: 1,
};

function refusal(change: object): Promise<unknown> {
  return restore({ ...right, ...change } as RestoreJob).catch((error: unknown) => error);
}

test.each([
  [
    { measurement: { data: new Float32Array(4), shape: [1, 2, 2] } },
    'the measurement is an object of data, shape, expected an array: floatArray(data, shape) makes one',
  ],
  [{ measurement: 'a.png' }, 'the measurement is the text "a.png"'],
  [{ measurement: undefined }, 'the measurement is missing'],
  [
    { problem: 'denoise' },
    "the problem is the text \"denoise\", expected what problem('denoise', 'gaussian:sigma=10/255') or bind gives",
  ],
  [{ problem: { name: 'denoise' } }, 'the problem is an object of name'],
  [{ prior: 'photo' }, 'the prior is the text "photo", expected what await loadPrior(\'photo\') gives'],
  [{ prior: loadPrior('no such').catch(() => {}) }, 'the prior is a promise, which has to be awaited'],
  [{ noisePrior: {} }, 'the prior is an object of nothing'],
])('%o is refused with what to call', async (change, sentence) => {
  const error = await refusal(change);
  expect(error).toBeInstanceOf(UsageError);
  expect((error as Error).message).toContain(sentence);
});

test('misspelt options are met in our words, whoever calls the family', () => {
  const sigma = 'there is no option of gaussian "sgma"; the nearest are sigma';
  expect(() => noises.gaussian.create({ sgma: 0.1 })).toThrow(sigma);
  expect(() => problem('denoise', 'gaussian:sgma=0.1')).toThrow(sigma);
  expect(() => operators.clip.create([1, 2, 2], { gian: 2 }, {})).toThrow(
    'there is no option of clip "gian"',
  );
  expect(() => bind('denoise' as never, { imageShape: [1, 2, 2] })).toThrow(UsageError);
  expect(() => problem({} as never, 'gaussian:sigma=0.1')).toThrow(UsageError);
});

test('the measurement is taken as it is at the start', async () => {
  const values = () => Float32Array.of(0.1, 0.2, 0.3, 0.4);
  const quiet = await restore({ ...right, measurement: floatArray(values(), [1, 2, 2]) });
  const data = values();
  const running = restore({ ...right, measurement: floatArray(data, [1, 2, 2]) });
  data.fill(9);
  expect((await running).samples[0].data).toEqual(quiet.samples[0].data);
});

test('what is not finite is told of the operator or the prior that gave it, and a thrown null of its thrower', async () => {
  const shape = [1, 2, 2];
  const operator = (apply: (x: Float32Array) => Float32Array) =>
    problemOf(
      plainOperator(shape, { outputShape: shape, apply, adjoint: (y) => y }),
      noises.gaussian.create({ sigma: 0.1 }),
    );
  const solver = 'dps';
  expect(await refusal({ problem: operator((x) => x.map(() => Number.NaN)), solver })).toMatchObject({
    message: expect.stringMatching(/^the operator custom gives NaN for finite values/),
  });
  const thrower = operator(() => {
    throw null;
  });
  expect(await refusal({ problem: thrower, solver })).toMatchObject({
    message: 'the operator custom threw null, which is no error',
  });
  const lost = {
    ...prior,
    name: 'lost',
    denoise: async () => floatArray(new Float32Array(4).fill(Number.NaN), shape),
  };
  expect(await refusal({ prior: { ...lost, linearize: undefined }, solver: 'diffpir' })).toMatchObject({
    message: expect.stringMatching(/^the prior lost gives NaN for finite values/),
  });
});

/** What somebody without TypeScript may well give. */
const plain = { data: [0, 1], shape: [1, 1, 2] };
const wrong: readonly [string, readonly unknown[]][] = [
  ...['psnr', 'ssim'].map((name) => [name, [plain, plain]] as [string, unknown[]]),
  ...['contiguous', 'encodeNpy', 'estimateNoise', 'measureNoise', 'sdPicture'].map(
    (name) => [name, [plain]] as [string, unknown[]],
  ),
  ...['readPicture', 'loadSolver', 'loadPrior', 'readProblem', 'writeProbedCard', 'describe', 'bench'].map(
    (name) => [name, [plain]] as [string, unknown[]],
  ),
  ...['restoreFolder', 'simulateFolder', 'samplePrior', 'restore', 'estimateMemory', 'readSpecFiles'].map(
    (name) => [name, [{}]] as [string, unknown[]],
  ),
  ...['compose', 'sum', 'stack'].map((name) => [name, [[plain]]] as [string, unknown[]]),
  ['restoreFolder', [{ inputs: 'photos', out: 'o', spec: right.problem }]],
  ['restoreFolder', [{ inputs: ['photos'], out: 'o', spec: 'denoise' }]],
  ['samplePrior', [{ prior: {}, out: 'o' }]],
  ['writePicture', ['never.png', plain]],
  ['encodeNpz', [{ y: plain }]],
  ['decodeNpy', [plain, 'y.npy']],
  ['decodeNpz', [plain, 'y.npz']],
  ['measure', [right.problem, zeros([1, 2, 2])]],
  ['summarise', [[plain], 0.9]],
  ['checkOperator', [right.problem]],
  ['scaled', ['denoise', 2]],
  ['zeros', [3]],
  ['list', ['solver']],
  ['tiled', [loadPrior('no such').catch(() => {}), { tile: 64 }]],
  ['logProbability', ['photo', zeros([1, 2, 2])]],
];

test.each(wrong)('%s says what it expects instead of %o', async (name, values) => {
  const called: (...all: readonly unknown[]) => unknown = Reflect.get(library, name);
  const error = await (async () => called(...values))().catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(UsageError);
  expectSentence(error);
});

const strange = [undefined, null, {}, [plain], 'no such', plain, () => {}, -1, Number.NaN];
const exported = Object.entries<unknown>({ ...problemKit, ...solverKit, ...library }).filter(
  (entry): entry is [string, new () => unknown] =>
    typeof entry[1] === 'function' && entry[0] !== 'listDevices',
);

test.each(exported)('%s meets whatever it is given with a result or a sentence', async (name, value) => {
  for (const argument of strange) {
    const values = Array(6).fill(argument);
    const error = await (async () => {
      await (/^class /.test(String(value))
        ? Reflect.construct(value, values)
        : Reflect.apply(value, undefined, values));
    })().catch((failure: unknown) => failure);
    if (error !== undefined) expectSentence(error);
    expect(error).not.toBeInstanceOf(TypeError);
    // One takes nothing, the other a message.
    const refuses = name !== 'listPriors' && name !== 'UsageError';
    if (refuses && argument === plain) expect(error).toBeInstanceOf(UsageError);
  }
});

test('figures and files are made of views as of arrays of their own', () => {
  const whole = floatArray(
    Float32Array.from({ length: 48 }, (_, i) => Math.sin(i)),
    [3, 4, 4],
  );
  const view = whole.lo(0, 1, 1).hi(3, 2, 2);
  const own = contiguous(view);
  expect(own.data.length).toBe(12);
  expect(library.psnr(view, zeros([3, 2, 2]))).toBe(library.psnr(own, zeros([3, 2, 2])));
  expect(library.ssim(view, own)).toBeCloseTo(1, 12);
  expect(library.encodeNpy(view)).toEqual(library.encodeNpy(own));
  expect(library.sdPicture(view)).toEqual(library.sdPicture(own));
});
