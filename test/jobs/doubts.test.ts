import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { bind } from '../../problems/bind.js';
import type { ChainSolver } from '../../solvers/solver.js';
import { type FloatArray, floatArray, mapArray, zeros } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';
import { encodeNpy } from '../../src/io/npy.js';
import { doubtsOf, requirePlausible } from '../../src/jobs/doubts.js';
import { type FolderEvent, type FolderJob, restoreFolder } from '../../src/jobs/restore-folder.js';
import { readProblem } from '../../src/load/problem-files.js';
import type { Posterior } from '../../src/restore.js';
import { retrodictHere as retrodict } from '../cli/in-process.js';
import { jsonLines } from '../cli/spawn.js';
import { fill, temporaryFolder } from '../io/folders.js';
import { tokenPrior } from '../solvers/three-tokens.js';

/** Answers with what a function makes of the measurement. */
const answering = (answer: (y: number, i: number) => number): ChainSolver => ({
  kind: 'chain',
  name: 'answer',
  summary: 'for tests',
  needs: { prior: 'none', noise: 'any' },
  samplesPosterior: true,
  options: z.object({}),
  presets: {},
  run: async ({ measurement }) => mapArray(measurement, answer),
});

const size = 3 * 24 * 24;
const noise = keyedRandom(0, 'noise', 0)('test').normals([size]).data;
const grey = (sigma: number) =>
  floatArray(
    Float32Array.from(noise, (n) => 0.5 + sigma * n),
    [3, 24, 24],
  );

async function restored(y: FloatArray, job: Partial<FolderJob> & { problem?: string; noise?: string }) {
  const root = temporaryFolder();
  fill(root, { 'y.npy': encodeNpy(y) });
  const spec = await readProblem(job.problem ?? 'denoise', job.noise ?? 'gaussian:sigma=0.1');
  const events: FolderEvent[] = [];
  const whole = { inputs: [join(root, 'y.npy')], out: join(root, 'out'), spec, samples: 2, ...job };
  const counts = await restoreFolder(whole, (event) => events.push(event));
  const line = events.find((event) => event.type === 'done')?.line;
  const failure = events.find((event) => event.type === 'failed')?.error.message;
  const warned = events.filter((event) => event.type === 'warning').map(({ code }) => code);
  expect(line?.warnings?.map(({ code }) => code) ?? []).toEqual(failure ? [] : warned);
  return { counts, line, failure, warned };
}

describe('doubts about a result', () => {
  it('are none where the misfit is that of the noise', async () => {
    const { line, warned } = await restored(grey(0.1), { solver: answering(() => 0.5) });
    expect(line?.misfit[0]).toBeCloseTo(1, 0);
    expect(warned).toEqual([]);
    expect(line).not.toHaveProperty('warnings');
  });

  it.each([
    ['above 3', 0.25, 'misfit'],
    ['below 0.3', 0.05, 'misfit'],
  ])('name a misfit %s', async (_, sigma, code) => {
    const { warned, line } = await restored(grey(sigma), { solver: answering(() => 0.5) });
    expect(warned).toEqual([code]);
    expect(line?.warnings?.[0].message).toMatch(/^the misfit is \d\.\d+ \(1 is ideal\): .*--noise/);
  });

  it.each([
    [9, []],
    [11, ['misfit']],
    [900, ['misfit']],
  ])('of few values name a misfit from 10 on: %s', async (misfit, codes) => {
    const problem = bind(await readProblem('denoise', 'gaussian:sigma=0.1'), { imageShape: [1, 5, 5] });
    const estimate = floatArray(new Float32Array(25).fill(0.5), [1, 5, 5]);
    const posterior = { misfit: [misfit], mean: estimate, solver: 'answer' } as unknown as Posterior;
    const judged = { measurement: zeros([1, 5, 5]), problem, posterior, estimate, bits: 8 };
    await requirePlausible(judged);
    expect((await doubtsOf(judged)).map(({ code }) => code)).toEqual(codes);
    await expect(
      requirePlausible({ ...judged, posterior: { ...posterior, misfit: [1001] } }),
    ).rejects.toThrow('the estimate does not explain the measurement');
  });

  it('name samples that do not explain the measurement, where others do', async () => {
    let drawn = 0;
    const solver: ChainSolver = {
      ...answering(() => 0),
      run: async ({ measurement }) => {
        const off = [0, 1, 0][drawn++];
        return mapArray(measurement, () => 0.5 + off);
      },
    };
    const { warned, line } = await restored(grey(0.1), { solver, samples: 3 });
    expect(warned).toEqual(['strays']);
    expect(line?.warnings?.[0].message).toMatch(
      /^1 of 3 samples do not explain the measurement \(misfit to 1\.0e\+2, others \d\.\d+\): estimate and spread leave/,
    );
  });

  it('are of the sample that is written: of phase retrieval, the one that explains the measurement best', async () => {
    let drawn = 0;
    const run: ChainSolver['run'] = async ({ problem }) => {
      const value = [0.7, 0.5][drawn++];
      return mapArray(zeros(problem.imageShape), () => value);
    };
    const job = {
      problem: 'phase-retrieval',
      noise: 'gaussian:sigma=0.1',
      solver: { ...answering(() => 0), run },
    };
    const spec = await readProblem(job.problem, job.noise);
    const bound = bind(spec, { imageShape: [1, 12, 12] });
    const y = await bound.operator.apply(mapArray(zeros([1, 12, 12]), () => 0.5));
    const { line } = await restored(y, job);
    expect(line?.made['estimate']).toBe('sample');
    expect(line?.misfit[1]).toBeLessThan(1e-6);
  });

  it('name particles that descend from a few', async () => {
    const problem = bind(await readProblem('denoise', 'gaussian:sigma=0.1'), { imageShape: [1, 5, 5] });
    const estimate = floatArray(new Float32Array(25).fill(0.5), [1, 5, 5]);
    const codes = async (logEvidenceError: number) => {
      const found = { misfit: [1], mean: estimate, solver: 'tds', ancestors: [3, 3, 3, 1], logEvidenceError };
      const posterior = found as unknown as Posterior;
      return doubtsOf({ measurement: zeros([1, 5, 5]), problem, posterior, estimate, bits: 8 });
    };
    expect(await codes(0.4)).toEqual([]);
    expect(await codes(0.6)).toEqual([
      {
        code: 'evidence',
        message: expect.stringMatching(/^4 particles of tds descend from 2 of the first: /),
      },
    ]);
  });

  it('are none of a misfit below 0.3 where the level of noise is the least that there may be', async () => {
    const problem = bind(await readProblem('denoise', 'gaussian:sigma=0.1'), { imageShape: [3, 24, 24] });
    const estimate = grey(0.02);
    const posterior = { misfit: [0.1], mean: estimate, solver: 'answer' } as unknown as Posterior;
    const judged = { measurement: grey(0.05), problem, posterior, estimate, bits: 8 };
    expect((await doubtsOf(judged)).map(({ code }) => code)).toEqual(['misfit']);
    expect(await doubtsOf({ ...judged, leastNoise: true })).toEqual([]);
  });

  it('name an estimate that is noisy itself, though it fits the measurement', async () => {
    const shape = [3, 48, 48];
    const values = keyedRandom(1, 'noise', 0)('test').normals(shape).data;
    const image = (sigma: number) =>
      floatArray(
        Float32Array.from(values, (n, i) => 0.5 + 0.2 * Math.sin(i / 9) + sigma * n),
        shape,
      );
    const problem = bind(await readProblem('ct:angles=20', 'gaussian:sigma=0.1'), { imageShape: shape });
    const codes = async (estimate: FloatArray) => {
      const posterior = { misfit: [1], mean: estimate, solver: 'answer' } as unknown as Posterior;
      const measurement = zeros(problem.measurementShape);
      const doubts = await doubtsOf({ measurement, problem, posterior, estimate, bits: 8 });
      return doubts.map(({ code, message }) => `${code}: ${message}`);
    };
    expect(await codes(image(0.1))).toEqual([
      expect.stringMatching(
        /^noisy: the estimate itself holds noise of about σ 2\d\/255: .*--solver than answer$/,
      ),
    ]);
    expect(await codes(image(0.01))).toEqual([]);
  });

  it('are none where pixels between holes are kept, unless these are draws', async () => {
    const holes = { problem: 'inpaint:fraction=0.5', noise: 'gaussian:sigma=0.1' };
    const kept = answering((y) => 0.5 + 0.9 * (y - 0.5));
    const drawn = await restored(grey(0.1), { ...holes, solver: kept });
    expect(drawn.line?.misfit[0]).toBeLessThan(0.05);
    expect(drawn.warned).toContain('misfit');
    const split = await restored(grey(0.1), { ...holes, solver: { ...kept, samplesPosterior: false } });
    expect(split.warned).not.toContain('misfit');
  });

  it('know what a noise gives in the dark, where a misfit of 0.14 is right', async () => {
    const dark = mapArray(grey(0), (_, i) => Math.hypot(0.02 + 0.1 * noise[i], 0.1 * noise[(i + 7) % size]));
    const job = { noise: 'rician:sigma=0.1', solver: answering(() => 0.02) };
    const { warned, line } = await restored(dark, job);
    expect(line!.misfit[0]).toBeLessThan(0.2);
    expect(warned).toEqual([]);
  });

  it('name an estimate that is the measurement', async () => {
    const { warned } = await restored(grey(0.1), {
      solver: answering((y) => y + 1e-6),
      noise: 'gaussian:sigma=0.000001',
    });
    expect(warned).toEqual(['unchanged']);
  });

  it('name a measurement that is nearly all holes', async () => {
    const { warned, line } = await restored(grey(0.1), {
      problem: 'inpaint:box=0:0:24:23',
      solver: answering(() => 0.5),
    });
    expect(warned).toEqual(['missing']);
    expect(line?.warnings?.[0].message).toMatch(/^95\.8 % of the measurement is missing/);
  });

  it('name an estimate that a picture cannot show', async () => {
    const far = mapArray(grey(0.1), (value) => value + 2);
    const { warned } = await restored(far, { solver: answering(() => 2.5) });
    expect(warned).toEqual(['range']);
  });

  it('are failures when strict, and then nothing is written', async () => {
    const job = { solver: answering(() => 0.5), strict: true };
    const { counts, failure } = await restored(grey(0.25), job);
    expect(counts).toEqual({ done: 0, unchanged: 0, failed: 1 });
    expect(failure).toMatch(/^the misfit is 6\.\d+ .*\(--strict makes this a failure\)$/);
  });
});

describe('a wreck', () => {
  it('is an item that fails: a misfit above 1000', async () => {
    const { counts, failure } = await restored(grey(0.1), { solver: answering(() => 9) });
    expect(counts).toEqual({ done: 0, unchanged: 0, failed: 1 });
    expect(failure).toMatch(
      /^the misfit is 7\d{3} .* try another --solver than answer$|^the misfit is 7.*e\+3/,
    );
  });

  it('is a misfit that is not finite, and the parts that can give it are named', async () => {
    const y = mapArray(grey(0), () => 0.5);
    // Where nothing of the measurement is seen, the misfit is 0 / 0.
    const { failure } = await restored(y, { problem: 'inpaint:box=0:0:24:24', solver: answering(() => 0.5) });
    expect(failure).toMatch(/the misfit is NaN, so the operator inpaint or the gaussian noise gives/);
  });

  it('of tokens say how much of the misfit is what tokens cannot show', async () => {
    // σ = 0.01 and γ = 0.04: 1 + 16.
    const prior = { ...tokenPrior(), channels: 3, residual: 0.04 };
    const tokens = (answer: (y: number) => number) => ({
      ...answering(answer),
      needs: { prior: 'masked', noise: 'any' } as const,
    });
    const job = { prior, noise: 'gaussian:sigma=0.01' };
    const near = await restored(grey(0.04), { ...job, solver: tokens(() => 0.5) });
    expect(near.line?.warnings?.[0].message).toMatch(
      /^the misfit is 1\d\.\d \(1 is ideal\), and what tokens of three tokens leave over \(0\.040 of white\) makes 17\.0 of it: no tokens explain this measurement/,
    );
    const far = await restored(grey(0.04), { ...job, solver: tokens(() => 0.4) });
    expect(far.line?.warnings?.[0].message).toMatch(/makes 17\.0 of it: no tokens were found that explain/);
    // σ = 0.001: a wreck, and γ alone would have made it one.
    const little = { ...job, noise: 'gaussian:sigma=0.001' };
    const lost = await restored(grey(0.04), { ...little, solver: tokens(() => 0.5) });
    expect(lost.counts.failed).toBe(1);
    expect(lost.failure).toMatch(
      /makes 1\.60e\+3 of it: no tokens explain this measurement; a prior of pixels/,
    );
  });

  it('tell of chains that do not agree', async () => {
    const rHat = [1, 1.3, 1.3];
    const solver = {
      ...answering(() => 0.5),
      kind: 'ensemble',
      run: async () => ({}),
    } as unknown as ChainSolver;
    const chains = (found: readonly number[]) => ({
      ...solver,
      run: async ({ measurement }: { measurement: FloatArray }) => ({
        ...{ samples: [mapArray(measurement, () => 0.5)], logWeights: [0], diagnostics: { rHat: found } },
      }),
    });
    const { warned, line } = await restored(grey(0.1), { solver: chains(rHat) as unknown as ChainSolver });
    expect(warned).toEqual(['chains']);
    expect(line?.diagnostics).toEqual({ rHat });
    const fine = await restored(grey(0.1), { solver: chains([1, 1.1, 3]) as unknown as ChainSolver });
    expect(fine.warned).toEqual([]);
  });
});

describe('on the command line', () => {
  /** Blocks of 6 px, whose edges a blur takes away. */
  const blocks = (side: number) => {
    const levels = keyedRandom(0, 'blocks', 0)('levels').normals([3, 8, 8]).data;
    const values = Uint8Array.from({ length: 3 * side * side }, (_, i) => {
      const [c, x, y] = [i % 3, Math.floor(i / 3) % side, Math.floor(i / 3 / side)];
      return 128 + 45 * Math.tanh(levels[(c * 8 + Math.floor(y / 6)) * 8 + Math.floor(x / 6)]);
    });
    return sharp(values, { raw: { width: side, height: side, channels: 3 } })
      .png()
      .toBuffer();
  };

  it('a wrong σ and a wrong blur are told, and right ones are not', async () => {
    const root = temporaryFolder();
    fill(root, { 'in/a.png': await blocks(48) });
    const run = (...words: string[]) => retrodict(words, { cwd: root });
    const [blurred, wide] = ['gaussian-blur:sigma=1.6', 'gaussian-blur:sigma=5'];
    await run('simulate', 'in', '--out', 'noisy', '--problem', 'denoise', '--noise', '25');
    await run('simulate', 'in', '--out', 'blurred', '--problem', blurred, '--noise', '2');
    const how = ['--prior', 'photo-small', '--samples', '2', '--json'];
    const warned = async (input: string, problem: string, noise: string) => {
      const out = `${problem}-${noise}`;
      const { stdout } = await run(
        'restore',
        input,
        '--out',
        out,
        '--problem',
        problem,
        '--noise',
        noise,
        ...how,
      );
      const events = jsonLines({ stdout });
      expect(events.map(({ type }) => type)).toContain('done');
      return events.filter(({ type }) => type === 'warning').map(({ code }) => code);
    };
    expect(await warned('noisy', 'denoise', '25')).toEqual([]);
    expect(await warned('noisy', 'denoise', '3')).toContain('noisy');
    expect(await warned('noisy', 'denoise', '90')).toContain('misfit');
    expect(await warned('blurred', blurred, '2')).toEqual([]);
    expect(await warned('blurred', wide, '2')).toContain('misfit');
  }, 120_000);
});
