/** A finished ensemble as arrays that can be kept, and back. */
import type { Ensemble } from '../solvers/solver.js';
import type { State } from './core/checkpoints.js';
import { bitsOf, valuesOf } from './core/double-bits.js';

const [SAMPLE, DIAGNOSTIC] = ['sample ', 'diagnostic '];

export function ensembleState(ensemble: Ensemble): State {
  const { samples, logWeights, logEvidence, ess, ancestors, diagnostics = {} } = ensemble;
  const evidence = logEvidence === undefined ? undefined : [logEvidence];
  const numbers = { logWeights, logEvidence: evidence, ess, ancestors, ...named(DIAGNOSTIC, diagnostics) };
  const there = Object.entries(numbers).flatMap(([name, values]) => (values ? [[name, bitsOf(values)]] : []));
  return { ...named(SAMPLE, samples), ...Object.fromEntries(there) };
}

export function ensembleOf(state: State): Ensemble {
  const numbers = (name: string) => (state[name] ? [...valuesOf(state[name])] : undefined);
  const after = (prefix: string) => Object.keys(state).filter((name) => name.startsWith(prefix));
  const diagnostics = after(DIAGNOSTIC).map((name) => [name.slice(DIAGNOSTIC.length), numbers(name)!]);
  const [logEvidence] = numbers('logEvidence') ?? [];
  const [ess, ancestors] = [numbers('ess'), numbers('ancestors')];
  return {
    samples: after(SAMPLE).map((_, k) => state[SAMPLE + k]),
    logWeights: numbers('logWeights')!,
    ...(logEvidence !== undefined && { logEvidence }),
    ...(ess && { ess }),
    ...(ancestors && { ancestors }),
    ...(diagnostics.length > 0 && { diagnostics: Object.fromEntries(diagnostics) }),
  };
}

/** Under names that tell them from others. */
function named<T>(prefix: string, values: ArrayLike<T> | Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + name, value]));
}
