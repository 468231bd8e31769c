/** What a solver gives to go on from, and where it arrives from there. */
import { type FloatArray, floatArray } from '../../src/core/array.js';
import type { Checkpoint, State } from '../../src/core/checkpoints.js';
import { type RestoreJob, restore } from '../../src/restore.js';

interface Kept extends Checkpoint {
  readonly name: string;
}

/** What was found, as numbers, and what it cost. */
interface Found {
  readonly numbers: readonly number[];
  readonly evaluations: number;
}

/** What is found, and a copy of each state that was given on the way, which the solver may change afterwards. */
export async function keptSteps(job: RestoreJob): Promise<{ found: Found; kept: Kept[] }> {
  const kept: Kept[] = [];
  const found = await findingOf(job, {
    load: async () => undefined,
    async save(name, { step, state }) {
      kept.push({ name, step, state: copyOf(state) });
    },
  });
  return { found, kept };
}

function copyOf(state: State): State {
  const copy = ({ data, shape }: FloatArray) => floatArray(data.slice(), shape);
  return Object.fromEntries(Object.entries(state).map(([name, x]) => [name, copy(x)]));
}

/** What a run finds that was stopped and goes on from there. */
export function goingOn(job: RestoreJob, { name, ...checkpoint }: Kept): Promise<Found> {
  return findingOf(job, {
    load: async (asked) => (asked === name ? checkpoint : undefined),
    save: async () => {},
  });
}

/** Samples, and of ensembles all that they tell. */
async function findingOf(job: RestoreJob, checkpoints: RestoreJob['checkpoints']): Promise<Found> {
  const { samples, networkEvaluations, vjps, ...told } = await restore({ ...job, checkpoints });
  const { logWeights = [], logEvidence = 0, ess = [], ancestors = [], diagnostics = {} } = told;
  const values = samples.map(({ data }) => [...data]);
  const numbers = [...values, logWeights, logEvidence, ess, ancestors, ...Object.values(diagnostics)].flat();
  return { numbers, evaluations: networkEvaluations + vjps };
}
