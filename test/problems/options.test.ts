/** Every operator passes its own check whatever its options: those of each schema, all of them, drawn at random. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bind } from '../../problems/index.js';
import { operators } from '../../problems/tables.js';
import { cases, type OperatorCase } from './option-arbitraries.js';
import { expectSound } from './sound.js';

/** Operators that are files, which have no options of their own to vary. */
const fromFiles = ['module', 'onnx', 'tensorflow'];
const NOISE = { name: 'gaussian', options: { sigma: 0.1 } };
const RUNS = { numRuns: 15, seed: 1 };

it('every operator has its options here, and every option a case that sets it', () => {
  const names = Object.keys(operators).filter((name) => !fromFiles.includes(name));
  expect(Object.keys(cases).sort()).toEqual(names.sort());
  for (const name of names) {
    const drawn = fc.sample(cases[name], { numRuns: 100, seed: 1 });
    const set = new Set(drawn.flatMap(({ options }) => Object.keys(options)));
    expect({ name, set: [...set].sort() }).toEqual({
      name,
      set: Object.keys(operators[name].options.shape).sort(),
    });
  }
});

describe.each(Object.keys(cases))('%s', (name) => {
  it('is sound, and its measurement tells the image', async () => {
    await fc.assert(
      fc.asyncProperty(cases[name], fc.integer(), async (drawn, seed) => {
        const { operator } = bound(name, drawn, { imageShape: drawn.shape });
        await expectSound(operator, { seed, pairs: 2 });
        const sized =
          'size' in operators[name].options.shape && name !== 'gaussian-blur' && name !== 'motion-blur';
        if (sized && drawn.options.size === undefined) return; // the image is taken for a square, or unknown
        const { imageShape } = bound(name, drawn, { measurementShape: operator.outputShape });
        expect(imageShape).toEqual(drawn.shape);
      }),
      RUNS,
    );
  });
});

function bound(name: string, { options, files }: OperatorCase, size: Parameters<typeof bind>[1]) {
  return bind({ operators: [{ name, options }], noise: NOISE }, size, { files });
}
