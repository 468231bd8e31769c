/** Writing the card of a network that has none. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isDiffusersFolder } from '../models/diffusers.js';
import { type Probe, probeCard } from '../models/probe.js';
import { writeFileAtomic } from './io/atomic.js';

/**
 * Writes `card.json` beside the one .onnx file of a folder, as probing finds it (models/probe.ts). What only its maker
 * knows (data, licence) is left to be filled in.
 * @returns undefined, and nothing is written, where the folder already says what it is.
 * @throws Error where there is no such file or several, or none of the ways in use removes noise.
 */
export async function writeProbedCard(directory: string): Promise<Probe | undefined> {
  const path = join(directory, 'card.json');
  const known = await stat(path).then(
    () => true,
    () => false,
  );
  if (known || (await isDiffusersFolder(directory))) return undefined;
  const probe = await probeCard(directory);
  await writeFileAtomic(path, `${JSON.stringify(probe.card, null, 2)}\n`);
  return probe;
}
