/** Priors that are told in words what images show. */

import { UsageError } from '../src/core/errors.js';
import type { Prior } from './prior.js';

export interface Text {
  /** What the images show, for priors that take texts (default: anything). */
  readonly prompt?: string;
  /** How strongly the text steers, 1 for plainly (default: what the prior's card says). */
  readonly guidance?: number;
}

/** @throws UsageError where a text is given to a prior that takes none. */
export async function conditioned(prior: Prior, { prompt, guidance }: Text): Promise<Prior> {
  if (prompt === undefined && guidance === undefined) return prior;
  if (prior.kind === 'latent' && prior.condition) return prior.condition(prompt ?? '', { guidance });
  throw new UsageError(`prior ${prior.name} takes no text, so neither prompt nor guidance can be given`);
}
