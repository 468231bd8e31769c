/** Problem specs with any words in any order: a problem that measures and is finite, or a sentence. */
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { bind, noises, operators, parseProblem, parseTerm } from '../../problems/index.js';
import { problemFromJson } from '../../problems/spec.js';
import { mapArray, zeros } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import { keyedRandom } from '../../src/core/random.js';
import { damaged, expectSentence, parameters, tally } from './damage.js';

const { count, print } = tally('problem specs');
afterAll(print);

/** Those that need a file or a program. */
const CLOSED = ['module', 'onnx', 'tensorflow'];
const names = Object.keys(operators).filter((name) => !CLOSED.includes(name));

const value = fc.oneof(
  fc.constantFrom(
    '0',
    '1',
    '-1',
    '0.5',
    '25/255',
    '1e-3',
    '1e308',
    '1e400',
    'NaN',
    'Infinity',
    '1/0',
    '',
    'true',
    '[',
    '"',
    '{}',
    'k.npy',
    '9007199254740993',
  ),
  fc.integer({ min: -3, max: 40 }).map(String),
  fc.double({ min: 0, max: 1, noNaN: true }).map(String),
  fc.constantFrom('2:2:3:3', '8x8', '3x3', 'bicubic', 'circular', 'valid', 'reflect', '0:0', 'x:y'),
  fc.string({ maxLength: 6 }),
);

function term(table: typeof operators | typeof noises, among: readonly string[]): fc.Arbitrary<string> {
  const known = fc.constantFrom(...among).chain((name) => {
    const keys = Object.keys(table[name].options.shape);
    const key =
      keys.length > 0
        ? fc.oneof(
            { weight: 9, arbitrary: fc.constantFrom(...keys) },
            { weight: 1, arbitrary: fc.string({ maxLength: 5 }) },
          )
        : fc.string({ maxLength: 5 });
    const option = fc.tuple(key, value).map(([left, right]) => `${left}=${right}`);
    return fc
      .array(option, { maxLength: 3 })
      .map((options) => (options.length > 0 ? `${name}:${options.join(',')}` : name));
  });
  return fc.oneof({ weight: 12, arbitrary: known }, { weight: 1, arbitrary: fc.string({ maxLength: 20 }) });
}

const spec = fc.array(term(operators, names), { minLength: 1, maxLength: 3 }).map((terms) => terms.join('+'));
const shape = fc.tuple(
  fc.constantFrom(1, 3),
  fc.integer({ min: 1, max: 12 }),
  fc.integer({ min: 1, max: 12 }),
);

describe('a problem spec', () => {
  it('gives a problem that measures finite values, or a sentence', async () => {
    await fc.assert(
      fc.asyncProperty(
        spec,
        term(noises, Object.keys(noises)),
        shape,
        async (operator, noise, imageShape) => {
          try {
            const problem = bind({ ...parseProblem(operator), noise: parseTerm(noise) }, { imageShape });
            const x = mapArray(zeros(problem.imageShape), (_, i) => 0.2 + 0.6 * ((i * 0.37) % 1));
            const clean = await problem.operator.apply(x);
            expect(clean.data.every(Number.isFinite), `${operator} on ${imageShape}`).toBe(true);
            const y = problem.noise.sample(clean, keyedRandom(0, 'fuzz', 0)('noise'));
            expect(y.data.every(Number.isFinite), `${operator} with ${noise}`).toBe(true);
            count('bound');
          } catch (error) {
            if (!(error instanceof UsageError)) throw error;
            expectSentence(error);
            count('refused');
          }
        },
      ),
      parameters(150),
    );
  });

  it('in a damaged file is read or refused in a sentence', () => {
    const files = ['denoise', 'inpaint:fraction=0.5,seed=2', 'blur:kernel=k.npy+downsample:factor=2'].map(
      (text) =>
        Buffer.from(JSON.stringify({ ...parseProblem(text), noise: parseTerm('gaussian:sigma=0.1') })),
    );
    fc.assert(
      fc.property(damaged(files), (bytes) => {
        let json: unknown;
        try {
          json = JSON.parse(Buffer.from(bytes).toString());
        } catch {
          return;
        }
        try {
          bind(problemFromJson(json), { imageShape: [3, 8, 8] });
          count('bound');
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
          expectSentence(error);
          count('refused');
        }
      }),
      parameters(150),
    );
  });
});
