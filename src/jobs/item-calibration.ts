/** Which calibration an item's intervals go by: the one that was asked for, or one that comes with the prior. */
import { levelOf, type Restoration, unfitFor } from '../calibration-card.js';
import { UsageError } from '../core/errors.js';
import type { PromiseKind } from '../core/interval-calibration.js';
import { defaults } from '../defaults.js';
import type { LoadedCalibration } from '../load/calibration-file.js';

/** What a job has to choose from. */
export interface Calibrations {
  /** Of `--calibration`. */
  readonly asked?: LoadedCalibration;
  /** Those of the prior. */
  readonly shipped: readonly LoadedCalibration[];
}

export interface AskedInterval {
  readonly level?: number;
  readonly promise?: PromiseKind;
}

/**
 * @param hash SHA-256 of the input. @returns undefined where no shipped card fits: the interval is uncalibrated then.
 * @throws UsageError where the one asked for does not fit, or where a promise was asked for that no card gives.
 */
export function calibrationFor(
  { asked, shipped }: Calibrations,
  restoration: Restoration,
  hash: string,
  { level = defaults.level, promise }: AskedInterval,
): LoadedCalibration | undefined {
  if (asked) {
    const unfit = unfitFor(asked.card, restoration);
    if (unfit !== undefined) throw new UsageError(`--calibration ${asked.path} does not fit: ${unfit}`);
    if (asked.card.hashes.includes(hash)) throw new UsageError(amongImages(asked));
    levelOf(asked.card, level, promise ?? 'average', asked.path);
    return asked;
  }
  const found = shipped.find(({ card, path }) => {
    if (unfitFor(card, restoration) !== undefined || card.hashes.includes(hash)) return false;
    try {
      return levelOf(card, level, promise ?? 'average', path) !== undefined;
    } catch {
      return false;
    }
  });
  if (found === undefined && promise !== undefined) {
    throw new UsageError(
      `--promise ${promise} needs a calibration, and none that is shipped fits this solver, problem and level: see \`retrodict calibrate\``,
    );
  }
  return found;
}

/** Of an image that the calibration was fitted on: its intervals would look better than they are. */
export function amongImages({ path }: LoadedCalibration): string {
  return `the picture is one of those that the calibration ${path} was fitted on, so that its promise says nothing of it; expected another`;
}
