/** The ways in use of calling a network that estimates noise. */
import type { DiffusionCard } from './card.js';
import { alphasCumprod } from './schedule.js';

/** How a network may be called. */
export type Calling = Pick<
  DiffusionCard,
  'parametrisation' | 'schedule' | 'time' | 'valueRange' | 'sigmaRange'
>;

/** Of networks that are not bound to a table of levels; in their own units. */
const WIDE = { sigmaRange: [0.002, 80] } as const;

/** @param time what the network is told: a whole-number step, a number, or nothing. */
export function callings(time: 'step' | 'number' | 'nothing'): Calling[] {
  const trained = time === 'nothing' ? blind() : time === 'step' ? tables() : [...tables(), ...numbers()];
  const ranges = [[-1, 1] as const, [0, 1] as const];
  return ranges.flatMap((valueRange) => trained.map((calling) => ({ ...calling, valueRange })));
}

type Trained = Omit<Calling, 'valueRange'>;

function blind(): Trained[] {
  const calling = { ...WIDE, schedule: { kind: 've' }, time: { form: 'none', scale: 1 } } as const;
  return (['x0', 'residual'] as const).map((parametrisation) => ({ ...calling, parametrisation }));
}

function tables(): Trained[] {
  const steps = 1000;
  const known = [
    { kind: 'linear', first: 1e-4, last: 0.02, steps },
    { kind: 'scaled-linear', first: 0.00085, last: 0.012, steps },
    { kind: 'squared-cosine', steps },
  ] as const;
  return known.flatMap((table) => {
    const alphas = alphasCumprod(table);
    const sigma = (alpha: number) => Math.sqrt((1 - alpha) / alpha);
    const sigmaRange = [sigma(alphas[0]), sigma(alphas[steps - 1])] as const;
    const vp = { schedule: { kind: 'vp', table }, time: { form: 'index', scale: 1 }, sigmaRange } as const;
    return (['epsilon', 'v', 'x0'] as const).map((parametrisation) => ({ ...vp, parametrisation }));
  });
}

function numbers(): Trained[] {
  const trained: Trained[] = [];
  for (const form of ['sigma', 'quarter-log-sigma'] as const) {
    const time = { form, scale: 1 };
    const schedule = { kind: 've' } as const;
    for (const parametrisation of ['x0', 'epsilon', 'score'] as const) {
      trained.push({ ...WIDE, parametrisation, schedule, time });
    }
    trained.push({ ...WIDE, parametrisation: 'edm', schedule: { kind: 'edm', sigmaData: 0.5 }, time });
  }
  for (const scale of [1, 1000]) {
    const time = { form: 't', scale } as const;
    const sigmaRange = [1e-3, 999] as const;
    trained.push({ parametrisation: 'flow', schedule: { kind: 'flow' }, time, sigmaRange });
    const schedule = { kind: 'vp-continuous', betaMin: 0.1, betaMax: 20 } as const;
    for (const parametrisation of ['epsilon', 'v', 'score'] as const) {
      trained.push({ ...WIDE, parametrisation, schedule, time });
    }
  }
  return trained;
}
