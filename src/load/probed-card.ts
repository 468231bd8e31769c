/** Writing the card of a network that has none. */
import { join } from 'node:path';
import { isDiffusersFolder } from '../../models/diffusers/card.js';
import { exists } from '../../models/files.js';
import { cardBeside, type LoadOptions } from '../../models/load.js';
import { type Probe, probeCard } from '../../models/probe.js';
import { requireText } from '../core/arguments.js';
import { writeFileAtomic } from '../io/atomic.js';

/**
 * Writes the card of a network as probing finds it (models/probe.ts): `card.json` beside the one .onnx file of a
 * folder, or `net.card.json` beside a bare `net.onnx`. What only its maker knows (data, licence) is left to be filled
 * in.
 * @param limits of the runs of the network: seconds that one may take, and a signal that ends them.
 * @returns undefined, and nothing is written, where what is there already says what it is.
 * @throws Error where there is no such file or several, or none of the ways in use removes noise.
 * @example
 * ```ts
 * import { writeProbedCard } from 'retrodict';
 *
 * const probe = await writeProbedCard('net.onnx');
 * console.log(probe?.path, probe?.card.parametrisation);
 * ```
 */
export async function writeProbedCard(
  place: string,
  limits: Pick<LoadOptions, 'timeout' | 'signal'> = {},
): Promise<(Probe & { readonly path: string }) | undefined> {
  requireText(place, 'the path of an .onnx file or of its folder');
  const bare = place.endsWith('.onnx');
  const path = bare ? cardBeside(place) : join(place, 'card.json');
  if ((await exists(path)) || (!bare && (await isDiffusersFolder(place)))) return undefined;
  const probe = await probeCard(place, limits);
  await writeFileAtomic(path, `${JSON.stringify(probe.card, null, 2)}\n`);
  return { ...probe, path };
}
