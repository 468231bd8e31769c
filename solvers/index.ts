/** The table of solvers: the one place to add a line. */

import { keep } from './baseline/keep.js';
import { tv } from './baseline/tv.js';
import { wiener } from './baseline/wiener.js';
import { mapLatent } from './compressive/map-latent.js';
import { vble } from './compressive/vble.js';
import { vbleXz } from './compressive/vble-xz.js';
import { aps } from './discrete/aps.js';
import { g2d2 } from './discrete/g2d2.js';
import { maskMetropolis } from './discrete/mask-metropolis.js';
import { sgdd } from './discrete/sgdd.js';
import { afdps } from './ensemble/afdps.js';
import { fk } from './ensemble/fk.js';
import { fpsSmc } from './ensemble/fps-smc.js';
import { mcgdiff } from './ensemble/mcgdiff.js';
import { tds } from './ensemble/tds.js';
import { latentDaps } from './latent/latent-daps.js';
import { latentDps } from './latent/latent-dps.js';
import { latino } from './latent/latino.js';
import { psld } from './latent/psld.js';
import { resample } from './latent/resample.js';
import { treg } from './latent/treg.js';
import { daps } from './pixel/daps.js';
import { dcdp } from './pixel/dcdp.js';
import { ddnm } from './pixel/ddnm.js';
import { ddrm } from './pixel/ddrm.js';
import { diffpir } from './pixel/diffpir.js';
import { dps } from './pixel/dps.js';
import { flower } from './pixel/flower.js';
import { jointDiffusion } from './pixel/joint-diffusion.js';
import { mmps } from './pixel/mmps.js';
import { pigdm } from './pixel/pigdm.js';
import { pnpAdmm } from './pixel/pnp-admm.js';
import { pnpDm } from './pixel/pnp-dm.js';
import { redDiff } from './pixel/red-diff.js';
import { sitcom } from './pixel/sitcom.js';
import { tweedie } from './pixel/tweedie.js';
import { twoScale } from './pixel/two-scale.js';
import type { Solver } from './solver.js';

/**
 * Every shipped solver, by its name.
 * @example
 * ```ts
 * import { solvers } from 'retrodict';
 *
 * for (const { name, summary } of Object.values(solvers)) console.log(name, summary);
 * ```
 */
export const solvers: Readonly<Record<string, Solver>> = {
  tweedie,
  dps,
  diffpir,
  pigdm,
  mmps,
  ddrm,
  ddnm,
  daps,
  'pnp-dm': pnpDm,
  flower,
  afdps,
  tds,
  mcgdiff,
  'fps-smc': fpsSmc,
  fk,
  'joint-diffusion': jointDiffusion,
  'red-diff': redDiff,
  sitcom,
  dcdp,
  resample,
  psld,
  'latent-dps': latentDps,
  'latent-daps': latentDaps,
  latino,
  treg,
  vble,
  'vble-xz': vbleXz,
  'map-latent': mapLatent,
  'mask-metropolis': maskMetropolis,
  sgdd,
  aps,
  g2d2,
  'two-scale': twoScale,
  wiener,
  keep,
  tv,
  'pnp-admm': pnpAdmm,
};
