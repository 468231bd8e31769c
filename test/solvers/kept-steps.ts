/** What a solver gives to go on from, and where it arrives from there. */
import { mapArray } from '../../src/core/array.js';
import type { Checkpoint, State } from '../../src/core/checkpoints.js';
import { type RestoreJob, restore } from '../../src/restore.js';

interface Kept extends Checkpoint {
  readonly name: string;
}

/** The image, and a copy of each state that was given on the way, which the solver may change afterwards. */
export async function keptSteps(job: RestoreJob): Promise<{ image: Float32Array; kept: Kept[] }> {
  const kept: Kept[] = [];
  const image = await imageOf(job, {
    load: async () => undefined,
    async save(name, { step, state }) {
      if (step !== undefined) kept.push({ name, step, state: copyOf(state) });
    },
  });
  return { image, kept };
}

function copyOf(state: State): State {
  return Object.fromEntries(Object.entries(state).map(([name, x]) => [name, mapArray(x, (value) => value)]));
}

/** The image of a run that was stopped and goes on from there. */
export function goingOn(job: RestoreJob, { name, ...checkpoint }: Kept): Promise<Float32Array> {
  return imageOf(job, {
    load: async (asked) => (asked === name ? checkpoint : undefined),
    save: async () => {},
  });
}

async function imageOf(job: RestoreJob, checkpoints: RestoreJob['checkpoints']) {
  return (await restore({ ...job, checkpoints })).samples[0].data;
}
