import { describe, expect, it } from 'vitest';
import { bind, problem } from '../../problems/bind.js';
import { tv } from '../../solvers/baseline/tv.js';
import { wiener } from '../../solvers/baseline/wiener.js';
import { floatArray } from '../../src/core/array.js';
import { testContext } from '../exact/dense.js';
import { runSolver } from './run-solver.js';

// Harmonic and of least variation alike: a ramp continues across a hole as it is around it.
describe.each([wiener, tv])('$name, as it is by default', (solver) => {
  it('fills a hole of 48² pixels up to its middle', async () => {
    const size = 96;
    const truth = floatArray(
      Float32Array.from({ length: size * size }, (_, i) => 0.4 + (0.4 * (i % size)) / size),
      [1, size, size],
    );
    const bound = bind(problem('inpaint:box=24:24:48:48', 'gaussian:sigma=1/255'), {
      imageShape: truth.shape,
    });
    const measurement = await bound.operator.apply(truth);
    const found = await runSolver(solver, { measurement, problem: bound }, {}, testContext());
    const error = Math.max(...found.data.map((value, i) => Math.abs(value - truth.data[i])));
    expect(error).toBeLessThan(0.03);
  });
});
