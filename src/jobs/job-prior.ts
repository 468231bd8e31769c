/** The priors of a job: given as objects, or loaded by name and then closed by the job. */
import { conditioned, type Text } from '../../models/conditioned.js';
import { type LoadOptions, loadPrior } from '../../models/load.js';
import type { Prior, PriorKind } from '../../models/prior.js';
import type { FolderJob } from './restore-folder.js';

/** The shipped prior of each kind. */
export const SHIPPED_FOR: Readonly<Record<PriorKind, string>> = {
  diffusion: 'photo',
  latent: 'photo-latent',
  compressive: 'photo-compressive',
  masked: 'photo-masked',
};

/** As the manifest tells it: absent where it is the CPU. Other devices compute with numbers of this type. */
export function deviceMade(device: LoadOptions['device']): { name: string; type: 'float32' } | undefined {
  return device === undefined || device === 'auto' || device === 'cpu'
    ? undefined
    : { name: device, type: 'float32' };
}

/** @throws UsageError where there is no such prior or it takes no text. */
export async function loadedPrior(
  prior: Prior | string,
  {
    threads,
    workers,
    device,
    tile,
    memory,
    timeout,
    allowOutside,
    signal,
  }: Omit<LoadOptions, 'tile'> & Pick<FolderJob, 'tile'>,
  text: Text = {},
): Promise<Prior> {
  if (typeof prior === 'object') return conditioned(prior, text);
  // Fitted to each image later.
  const now = tile === 'auto' ? undefined : tile;
  const options = { threads, workers, device, tile: now, memory, timeout, allowOutside, signal };
  const loaded = await loadPrior(prior, options);
  try {
    return await conditioned(loaded, text);
  } catch (error) {
    await loaded.close();
    throw error;
  }
}
