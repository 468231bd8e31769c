/**
 * `scheduler/scheduler_config.json` of 🤗 diffusers in our terms; field names and defaults are those of its schedulers.
 */
import { z } from 'zod';
import { type BetasCard, type DiffusionCard, MOST_STEPS } from '../card.js';
import { alphasCumprod } from '../schedule.js';

/** What diffusers' schedulers say of how a network was trained. */
export const schedulerConfig = z.object({
  _class_name: z.string(),
  num_train_timesteps: z.int().min(2).max(MOST_STEPS).default(1000),
  beta_start: z.number().default(1e-4),
  beta_end: z.number().default(0.02),
  beta_schedule: z.enum(['linear', 'scaled_linear', 'squaredcos_cap_v2', 'sigmoid']).default('linear'),
  trained_betas: z.array(z.number()).max(MOST_STEPS).nullish(),
  prediction_type: z.enum(['epsilon', 'sample', 'v_prediction']).default('epsilon'),
  rescale_betas_zero_snr: z.boolean().default(false),
  sigma_min: z.number().positive().nullish(),
  sigma_max: z.number().positive().nullish(),
  /** Of consistency-distilled models: how many steps of the schedule they were distilled on. */
  original_inference_steps: z.int().min(1).nullish(),
  sigma_data: z.number().positive().default(0.5),
});

type Scheduler = z.infer<typeof schedulerConfig>;

/** How a network was trained, as cards say it. */
type Training = Pick<
  DiffusionCard,
  'parametrisation' | 'schedule' | 'time' | 'valueRange' | 'sigmaRange' | 'consistencyLevels'
>;

/**
 * How a network was trained, in our terms.
 * @param source names the file in messages.
 * @throws Error where the scheduler is of another family.
 */
export function training(scheduler: Scheduler, source: string): Training {
  const { _class_name: kind, num_train_timesteps: steps } = scheduler;
  const symmetric = [-1, 1] as const;
  if (/^FlowMatch(Euler|Heun)DiscreteScheduler$/.test(kind)) {
    // Its times 1 … steps stand for t = 1/steps … 1.
    return {
      parametrisation: 'flow',
      schedule: { kind: 'flow' },
      time: { form: 't', scale: steps },
      valueRange: symmetric,
      sigmaRange: [1 / (steps - 1), steps - 1],
    };
  }
  if (kind === 'EDMEulerScheduler' || kind === 'EDMDPMSolverMultistepScheduler') {
    if (scheduler.prediction_type !== 'epsilon') {
      throw new Error(
        `${source}: ${kind} with prediction_type ${scheduler.prediction_type} is not supported.`,
      );
    }
    return {
      parametrisation: 'edm',
      schedule: { kind: 'edm', sigmaData: scheduler.sigma_data },
      time: { form: 'quarter-log-sigma', scale: 1 },
      valueRange: symmetric,
      sigmaRange: [scheduler.sigma_min ?? 0.002, scheduler.sigma_max ?? 80],
    };
  }
  if (kind === 'ScoreSdeVeScheduler') {
    return {
      parametrisation: 'score',
      schedule: { kind: 've' },
      time: { form: 'sigma', scale: 1 },
      valueRange: [0, 1],
      sigmaRange: [scheduler.sigma_min ?? 0.01, scheduler.sigma_max ?? 1348],
    };
  }
  if (!/^(DDPM|DDIM|PNDM|DPMSolver|UniPC|LMS|Euler|Heun|KDPM2|DEIS|LCM|TCD)/.test(kind)) {
    throw new Error(
      `${source} names the scheduler ${kind}, which is not known: expected one of DDPM's family, LCM's or TCD's, ` +
        `EDMEulerScheduler, ScoreSdeVeScheduler or one of FlowMatch.`,
    );
  }
  const table = varianceTable(scheduler);
  const alphas = alphasCumprod(table);
  const sigma = (alpha: number) => Math.sqrt((1 - alpha) / alpha);
  const distilled = /^(LCM|TCD)/.test(kind)
    ? distilledSteps(scheduler, alphas.length, source).map((step) => sigma(alphas[step]))
    : undefined;
  return {
    parametrisation: ({ epsilon: 'epsilon', sample: 'x0', v_prediction: 'v' } as const)[
      scheduler.prediction_type
    ],
    schedule: { kind: 'vp', table },
    time: { form: 'index', scale: 1 },
    valueRange: symmetric,
    sigmaRange: [sigma(alphas[0]), sigma(alphas[alphas.length - 1])],
    ...(distilled && { consistencyLevels: distilled }),
  };
}

/** Where diffusers says no other: of LCM's and TCD's schedulers. */
const DISTILLED_ON = 50;

/** The time steps that a network was distilled on, highest first: every k-th, as LCM's and TCD's samplers count. */
function distilledSteps(scheduler: Scheduler, available: number, source: string): number[] {
  const { original_inference_steps, num_train_timesteps: steps } = scheduler;
  const count = original_inference_steps ?? DISTILLED_ON;
  if (count > steps) {
    throw new Error(
      `${source}: original_inference_steps is ${count}, but the schedule has ${steps} steps; expected no more.`,
    );
  }
  const every = Math.floor(steps / count);
  const taken = Array.from({ length: count }, (_, i) => every * (count - i) - 1);
  // Pure noise has no σ.
  if (scheduler.rescale_betas_zero_snr) return taken.filter((step) => step < available);
  if (taken[0] < available) return taken;
  throw new Error(
    `${source}: the network was distilled at time step ${taken[0]} of ${steps}, but the schedule has ` +
      `${available} steps; expected num_train_timesteps and trained_betas that agree.`,
  );
}

function varianceTable(scheduler: Scheduler): BetasCard {
  const { beta_start: first, beta_end: last, num_train_timesteps: steps } = scheduler;
  const table = ((): BetasCard => {
    if (scheduler.trained_betas) return { kind: 'betas', values: scheduler.trained_betas };
    switch (scheduler.beta_schedule) {
      case 'linear':
        return { kind: 'linear', first, last, steps };
      case 'scaled_linear':
        return { kind: 'scaled-linear', first, last, steps };
      case 'squaredcos_cap_v2':
        return { kind: 'squared-cosine', steps };
      case 'sigmoid': {
        const rise = (i: number) => 1 / (1 + Math.exp(6 - (12 * i) / (steps - 1)));
        return {
          kind: 'betas',
          values: Array.from({ length: steps }, (_, i) => first + (last - first) * rise(i)),
        };
      }
    }
  })();
  return scheduler.rescale_betas_zero_snr ? zeroTerminalSnr(table) : table;
}

/**
 * √ᾱ shifted and scaled so that the last is 0 and the first stays (Lin et al., "Common diffusion noise schedules and
 * sample steps are flawed", 2024, algorithm 1). The last, pure noise, has no σ and is left out.
 */
function zeroTerminalSnr(table: BetasCard): BetasCard {
  const roots = alphasCumprod(table).map(Math.sqrt);
  const [first, last] = [roots[0], roots[roots.length - 1]];
  const values = roots.slice(0, -1).map((root) => (((root - last) * first) / (first - last)) ** 2);
  return { kind: 'alphas', values };
}
