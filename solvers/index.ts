/** The table of solvers: the one place to add a line. */

import { afdps } from './afdps.js';
import { daps } from './daps.js';
import { dcdp } from './dcdp.js';
import { ddnm } from './ddnm.js';
import { ddrm } from './ddrm.js';
import { diffpir } from './diffpir.js';
import { dps } from './dps.js';
import { fpsSmc } from './fps-smc.js';
import { jointDiffusion } from './joint-diffusion.js';
import { mcgdiff } from './mcgdiff.js';
import { mmps } from './mmps.js';
import { pigdm } from './pigdm.js';
import { pnpAdmm } from './pnp-admm.js';
import { pnpDm } from './pnp-dm.js';
import { redDiff } from './red-diff.js';
import { resample } from './resample.js';
import { sitcom } from './sitcom.js';
import type { Solver } from './solver.js';
import { tds } from './tds.js';
import { tv } from './tv.js';
import { wiener } from './wiener.js';

export const solvers: Readonly<Record<string, Solver>> = {
  dps,
  diffpir,
  pigdm,
  mmps,
  ddrm,
  ddnm,
  daps,
  'pnp-dm': pnpDm,
  afdps,
  tds,
  mcgdiff,
  'fps-smc': fpsSmc,
  'joint-diffusion': jointDiffusion,
  'red-diff': redDiff,
  sitcom,
  dcdp,
  resample,
  wiener,
  tv,
  'pnp-admm': pnpAdmm,
};
