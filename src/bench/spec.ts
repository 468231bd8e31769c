/** What a benchmark file says. */
import { z } from 'zod';
import { devices, precisions } from '../../models/onnx/runtime.js';

/** Option values to try, by option name; the product of the lists is the grid. Without lists, the preset. */
const grid = z.record(z.string(), z.array(z.union([z.number(), z.string(), z.boolean()])).min(1));

export const speedSpec = z.strictObject({
  kind: z.literal('speed'),
  prior: z.string().default('photo'),
  size: z
    .tuple([z.int().positive(), z.int().positive()])
    .default([256, 256])
    .describe('height and width, px'),
  threads: z.array(z.int().positive()).default([1, 2]),
  rounds: z
    .int()
    .positive()
    .default(5)
    .describe(
      'times a denoising, a denoising with its VJP and a run of DPS are timed; the table has medians',
    ),
  steps: z.int().positive().default(20).describe('solver steps of a sample'),
  samples: z
    .array(z.int().positive())
    .default([1, 2])
    .describe('samples of a run: one alone waits for the network, two are drawn side by side'),
  problem: z.string().default('gaussian-blur:sigma=1.6,border=reflect'),
  noise: z.string().default('gaussian:sigma=2/255'),
});

export const throughputSpec = z.strictObject({
  kind: z.literal('throughput'),
  prior: z.string().default('photo'),
  size: z
    .tuple([z.int().positive(), z.int().positive()])
    .default([256, 256])
    .describe('height and width, px'),
  rounds: z.int().positive().default(3).describe('times that each run is timed; the table has medians'),
  steps: z.int().positive().default(5).describe('solver steps of a sample, and of a picture'),
  samples: z
    .int()
    .positive()
    .default(4)
    .describe('of a picture: of one by DPS, of each of the folder by DiffPIR'),
  pictures: z.int().positive().default(16).describe('of the folder'),
  problem: z.string().default('gaussian-blur:sigma=1.6,border=reflect'),
  noise: z.string().default('gaussian:sigma=2/255'),
  runs: z
    .array(
      z.strictObject({
        workers: z.int().positive(),
        threads: z
          .int()
          .positive()
          .optional()
          .describe('of each worker; one worker alone: as ONNX Runtime has it'),
      }),
    )
    .min(1)
    .describe('the first is what the others are compared with'),
});

export const photographsSpec = z.strictObject({
  kind: z.literal('photographs'),
  prior: z.string().default('photo'),
  copiedBy: z
    .string()
    .optional()
    .describe(
      'prior whose own copies of the photographs stand for them: of these its codes, or tokens, can show all',
    ),
  crop: z.int().positive().default(256).describe('side of the centre crop of each photograph, px'),
  chooseOn: z
    .int()
    .nonnegative()
    .default(10)
    .describe('options are chosen on so many photographs, in name order'),
  limit: z.int().positive().optional().describe('at most so many photographs are reported on'),
  samples: z.int().positive().default(4),
  seed: z.int().default(0),
  threads: z.int().positive().default(1),
  workers: z
    .int()
    .positive()
    .optional()
    .describe(
      'processes that run the network at a time, to the same figures but the seconds; one when absent',
    ),
  device: z.enum(devices).optional().describe('what the network runs on; the CPU when absent'),
  precision: z.enum(precisions).optional().describe('numbers that it is computed with; fp32 when absent'),
  tasks: z.array(
    z.strictObject({
      problem: z.string(),
      noise: z.string(),
      baselines: z.record(z.string(), grid).default({}).describe('solvers to beat, with their grids'),
      solvers: z.record(z.string(), grid),
    }),
  ),
});

const referenceSpec = z.union([
  z.enum(['R0', 'R1']).describe('one Gaussian, or three, in the plane, under one measurement'),
  z.strictObject({
    dimension: z.int().multipleOf(2).positive(),
    measurements: z.int().positive(),
    instances: z.int().positive().default(6).describe('random operators, noise levels and truths'),
  }),
]);

export const exactSpec = z.strictObject({
  kind: z.literal('exact'),
  tasks: z.array(
    z.strictObject({
      problems: z.array(referenceSpec).min(1),
      samples: z.int().positive().default(4000),
      seed: z.int().default(0),
      directions: z.int().positive().default(200).describe('of the sliced Wasserstein distance'),
      solvers: z.array(
        z.strictObject({
          solver: z.string(),
          options: z.record(z.string(), z.unknown()).default({}),
          samples: z.int().positive().optional().describe('instead of those of the task'),
        }),
      ),
    }),
  ),
});

export const presetsSpec = z.strictObject({
  kind: z.literal('presets'),
  side: z.int().min(4).max(24).default(16).describe('of the images, px'),
  samples: z.int().multipleOf(4).positive().default(40),
  seed: z.int().default(0),
  solvers: z.array(z.string()).default([]).describe('of every task that names none'),
  tasks: z.array(
    z.strictObject({ problem: z.string(), noise: z.string(), solvers: z.array(z.string()).optional() }),
  ),
});

const shape = z.array(z.int().positive()).min(1);

export const operatorsSpec = z.strictObject({
  kind: z.literal('operators'),
  prior: z.string().default('photo'),
  threads: z.int().positive().default(1),
  rounds: z.int().positive().default(3).describe('times that each is timed; the table has medians'),
  tasks: z.array(
    z.strictObject({
      problem: z.string(),
      image: shape.length(3).default([3, 256, 256]).describe('channels, height and width'),
      arrays: z
        .record(z.string(), shape)
        .default({})
        .describe('shapes of what stands for the files that options name, uniform in [0, 1]'),
    }),
  ),
});

export const benchSpec = z.discriminatedUnion('kind', [
  speedSpec,
  photographsSpec,
  exactSpec,
  presetsSpec,
  operatorsSpec,
  throughputSpec,
]);

export type SpeedSpec = z.infer<typeof speedSpec>;
export type PhotographsSpec = z.infer<typeof photographsSpec>;
export type ExactSpec = z.infer<typeof exactSpec>;
export type PresetsSpec = z.infer<typeof presetsSpec>;
export type OperatorsSpec = z.infer<typeof operatorsSpec>;
export type ThroughputSpec = z.infer<typeof throughputSpec>;
export type BenchSpec = z.infer<typeof benchSpec>;
