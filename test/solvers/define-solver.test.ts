import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import type { DifferentiablePrior, DiffusionPrior } from '../../models/prior.js';
import type { ForwardOperator, LinearOperator, SingularValues } from '../../problems/operator.js';
import { defineSolver } from '../../solvers/define-solver.js';
import type { Solver } from '../../solvers/solver.js';
import { UsageError } from '../../src/core/errors.js';

const options = z.object({
  steps: z.int().min(1).default(3),
  spacing: z.enum(['even', 'uneven']).default('even'),
  level: z.number().optional(),
});
const common = { name: 'test', summary: '', samplesPosterior: false, options } as const;

describe('defineSolver', () => {
  it('refuses a preset with an option or a value that there is not, to the compiler and to others', () => {
    const misspelt = { denoise: { step: 5 } };
    const define = () =>
      defineSolver({
        ...common,
        kind: 'chain',
        needs: { prior: 'none', noise: 'any' },
        // @ts-expect-error: it is called steps.
        presets: misspelt,
        run: async ({ measurement }) => measurement,
      });
    expect(define).toThrow(UsageError);
    expect(define).toThrow(
      'there is no option of preset denoise of solver test "step"; the nearest are steps',
    );

    const wrong = () =>
      defineSolver({
        ...common,
        kind: 'chain',
        needs: { prior: 'none', noise: 'any' },
        // @ts-expect-error: there is no such spacing.
        presets: { denoise: { steps: 2, spacing: 'odd' } },
        run: async ({ measurement }) => measurement,
      });
    expect(wrong).toThrow('option spacing of preset denoise of solver test: expected ');
  });

  it('makes the options strict', () => {
    const solver = defineSolver({
      ...common,
      kind: 'chain',
      needs: { prior: 'none', noise: 'any' },
      presets: { denoise: { steps: 2 } },
      run: async ({ measurement }) => measurement,
    });
    expect(() => solver.options.parse({ step: 2 })).toThrow();
    expect(solver.options.parse({ steps: 2 })).toEqual({ steps: 2, spacing: 'even' });
  });

  it('gives run parsed options, and of the task what is needed', () => {
    const modest = defineSolver({
      ...common,
      kind: 'chain',
      needs: { prior: 'diffusion', noise: 'any' },
      presets: {},
      async run({ measurement, problem, prior, noiseVariance, noisePrior }, chosen) {
        expectTypeOf(chosen).toEqualTypeOf<{ steps: number; spacing: 'even' | 'uneven'; level?: number }>();
        expectTypeOf(problem.operator).toEqualTypeOf<ForwardOperator>();
        expectTypeOf(prior).toEqualTypeOf<DiffusionPrior>();
        expectTypeOf(noiseVariance).toEqualTypeOf<undefined>();
        expectTypeOf(noisePrior).toEqualTypeOf<undefined>();
        return measurement;
      },
    });
    const exacting = defineSolver({
      ...common,
      kind: 'ensemble',
      needs: {
        prior: 'diffusion',
        priorVjp: true,
        noisePrior: 'diffusion',
        linear: true,
        svd: true,
        noise: 'gaussian',
      },
      presets: {},
      async run({ measurement, problem, prior, noiseVariance, noisePrior }, _chosen, { samples }) {
        expectTypeOf(problem.operator).toExtend<LinearOperator>();
        expectTypeOf(problem.operator.svd).toEqualTypeOf<SingularValues>();
        expectTypeOf(prior).toEqualTypeOf<DifferentiablePrior>();
        expectTypeOf(noisePrior).toEqualTypeOf<DifferentiablePrior>();
        expectTypeOf(noiseVariance).toEqualTypeOf<number>();
        expectTypeOf(samples).toEqualTypeOf<number>();
        return { samples: [measurement], logWeights: [0] };
      },
    });
    expectTypeOf(modest).toExtend<Solver>();
    expectTypeOf(exacting).toExtend<Solver>();
    // @ts-expect-error: run takes options that are parsed.
    expectTypeOf(modest.run).toBeCallableWith({}, { steps: 5 }, {});
  });
});
