/** The priors of a job: given as objects, or loaded by name and then closed by the job. */
import { conditioned, type Text } from '../../models/conditioned.js';
import { deviceOf } from '../../models/device.js';
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

/** As the manifest tells it, with the type of its numbers: absent where these are the CPU's float32. */
export function deviceMade({
  device,
  precision = 'fp32',
}: Pick<LoadOptions, 'device' | 'precision'>): { name: string; type: string } | undefined {
  const name = deviceOf(device);
  if (name === 'cpu' && precision === 'fp32') return undefined;
  return { name, type: precision === 'fp16' ? 'float16' : 'float32' };
}

/** @throws UsageError where there is no such prior or it takes no text. */
export async function loadedPrior(
  prior: Prior | string,
  {
    threads,
    workers,
    device,
    precision,
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
  const running = { threads, workers, device, precision, memory };
  const loaded = await loadPrior(prior, { ...running, tile: now, timeout, allowOutside, signal });
  try {
    return await conditioned(loaded, text);
  } catch (error) {
    await loaded.close();
    throw error;
  }
}
