/** Calibration cards: those of a user's files, and those that lie beside the shipped weights. */
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readText } from '../../models/contained.js';
import { shippedFolder } from '../../models/load.js';
import type { Prior } from '../../models/prior.js';
import { type CalibrationCard, checkCalibrationCard } from '../calibration-card.js';
import { requireText } from '../core/arguments.js';
import { UsageError } from '../core/errors.js';
import { parseJson } from '../core/json.js';
import { reasonOf } from '../core/reasons.js';

/** A card and its file. */
export interface LoadedCalibration {
  readonly card: CalibrationCard;
  /** Of the file's text. */
  readonly sha256: string;
  readonly path: string;
}

/**
 * Reads what `retrodict calibrate` wrote.
 * @throws UsageError in one sentence where it cannot be read or is no such card.
 * @example
 * ```ts
 * import { readCalibration } from 'retrodict';
 *
 * const { card } = await readCalibration('card.json');
 * console.log(card.solver, card.levels.map(({ level }) => level));
 * ```
 */
export async function readCalibration(path: string): Promise<LoadedCalibration> {
  requireText(path, 'the path of a calibration card');
  const text = await readText(path).catch((error) => {
    throw new UsageError(`the calibration ${path} cannot be read: ${reasonOf(error)}`);
  });
  let content: unknown;
  try {
    content = parseJson(text);
  } catch (error) {
    throw new UsageError(`the calibration ${path} is not JSON: ${(error as Error).message}`);
  }
  const sha256 = createHash('sha256').update(text).digest('hex');
  return { card: checkCalibrationCard(content, path), sha256, path };
}

/** The cards that come with a prior, in order of their names; none of a prior that is not shipped. */
export async function shippedCalibrations(prior: Prior | undefined): Promise<LoadedCalibration[]> {
  const folder = prior?.card && (await shippedFolder(prior.card.name));
  if (folder === undefined) return [];
  const names = await readdir(join(folder, 'calibration')).catch(() => []);
  const cards = names.filter((name) => name.endsWith('.json')).sort();
  return Promise.all(cards.map((name) => readCalibration(join(folder, 'calibration', basename(name)))));
}
