import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { solvers } from '../../solvers/index.js';
import { bench } from '../../src/bench/bench.js';
import { scoreExact } from '../../src/bench/exact.js';
import { mixtureReference, type Reference } from '../../src/bench/reference.js';
import { exactSpec } from '../../src/bench/spec.js';
import { floatArray } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';
import type { Posterior } from '../../src/restore.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retrodict-exact-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** What `restore` would give had the solver drawn these. */
function posteriorOf(points: readonly Float64Array[], logWeights?: readonly number[]): Posterior {
  const samples = points.map((point) => floatArray(Float32Array.from(point), [1, 1, point.length]));
  return {
    samples,
    logWeights,
    networkEvaluations: 0,
    vjps: 0,
    seconds: 0,
    effectiveSamples: 0,
  } as unknown as Posterior;
}

const draw = (from: Reference['mixture'], count: number) => {
  const random = keyedRandom(5, 'test', 0)('points');
  return Array.from({ length: count }, () => from.sample(random));
};
const settings = { seed: 0, directions: 20, logEvidenceOffset: 0 };

describe('scores', () => {
  const { posterior, mixture } = mixtureReference;

  it('exact samples are at the floor and their intervals hold what they say', () => {
    const run = scoreExact(mixtureReference, posteriorOf(draw(posterior, 600)), settings);
    expect(run.distance).toBeLessThan(0.16);
    expect(run.floor).toBeLessThan(0.16);
    expect(run.priorDistance).toBeGreaterThan(0.8);
    expect(run.meanError).toBeLessThan(0.16);
    expect(run.covarianceError).toBeLessThan(0.16);
    expect(Math.abs(run.coverage50! - 0.5)).toBeLessThan(0.04);
    expect(Math.abs(run.coverage90! - 0.9)).toBeLessThan(0.03);
  });

  it('samples of the prior are not, until they are weighted with the likelihood', () => {
    const points = draw(mixture, 2000);
    const logLikelihoods = points.map(([u, v]) => -0.5 * ((0.8 - u - 0.5 * v) / 0.5) ** 2);
    const plain = scoreExact(mixtureReference, posteriorOf(points.slice(0, 500)), settings);
    const weighted = scoreExact(mixtureReference, posteriorOf(points, logLikelihoods), settings);
    expect(plain.distance).toBeGreaterThan(0.8);
    expect(plain.coverage90).toBeGreaterThan(0.95);
    expect(weighted.distance).toBeLessThan(0.16);
    expect(weighted.meanError).toBeLessThan(0.16);
    expect(Math.abs(weighted.coverage90! - 0.9)).toBeLessThan(0.03);
  });
});

describe('bench of exact posteriors', () => {
  it('writes a row for each problem and solver, the same numbers each time', async () => {
    const spec = join(folder, 'tiny.json');
    const solvers = [
      { solver: 'dps', options: { steps: 10 } },
      { solver: 'diffpir', samples: 20 },
    ];
    const problems = ['R0', { dimension: 4, measurements: 2, instances: 2 }];
    await writeFile(
      spec,
      JSON.stringify({ kind: 'exact', tasks: [{ problems, samples: 10, directions: 5, solvers }] }),
    );
    const run = async (out: string) => {
      const { jsonPath, table } = await bench(spec, { out: join(folder, out) });
      const { rows } = JSON.parse(await readFile(jsonPath, 'utf8'));
      for (const row of rows) for (const each of row.runs) delete each.seconds;
      return { rows, table };
    };
    const { rows, table } = await run('once');
    expect(
      rows.map((row: { problem: string; solver: string; samples: number }) => [
        row.problem,
        row.solver,
        row.samples,
      ]),
    ).toEqual([
      ['R0', 'dps', 10],
      ['R0', 'diffpir', 20],
      ['mixture d=4 m=2', 'dps', 10],
      ['mixture d=4 m=2', 'diffpir', 20],
    ]);
    expect(rows[0].runs[0]).toMatchObject({ networkEvaluations: 10, vjps: 10 });
    expect(rows[2].runs).toHaveLength(2);
    expect(table.split('\n')).toHaveLength(6);
    expect((await run('again')).rows).toEqual(rows);
  });
});

it('the shipped benchmark runs every registered solver that draws from a diffusion prior', async () => {
  const path = new URL('../../samples/benchmarks/exact-posterior.json', import.meta.url);
  const { tasks } = exactSpec.parse(JSON.parse(await readFile(path, 'utf8')));
  const run = new Set(tasks.flatMap((task) => task.solvers.map(({ solver }) => solver)));
  for (const [name, { kind, needs }] of Object.entries(solvers)) {
    // Denoisers, which R0 and R1 are no task for, have test/exact/tweedie.test.ts.
    if (kind !== 'point' && needs.prior === 'diffusion' && !needs.noisePrior && !needs.identity)
      expect([...run]).toContain(name);
  }
  for (const { solver, options } of tasks.flatMap((task) => task.solvers)) {
    expect(Object.keys(solvers[solver].options.shape)).toEqual(expect.arrayContaining(Object.keys(options)));
    expect(() => solvers[solver].options.parse(options)).not.toThrow();
  }
});
