/**
 * Maps of how far an estimate may be off, beside the spread of the posterior. Each is told by its name: `bootstrap` is
 * `a.bootstrap.png`, an array in `a.posterior.npz`, and figures in the manifest.
 */
import type { FloatArray } from '../core/array.js';
import { sparsification, spreadSkill } from '../core/spread-scores.js';
import type { NewFile } from '../io/output-folder.js';
import { encodePicture } from '../io/picture.js';
import { sdPicture } from '../report/sd.js';
import type { Posterior } from '../restore.js';

/** By name; arrays of the shape of the mean, standard deviations in its units. */
export function errorMapsOf({ bootstrap, epistemic }: Mapped): Readonly<Record<string, FloatArray>> {
  return { ...(epistemic && { epistemic }), ...(bootstrap && { bootstrap: bootstrap.sd }) };
}

type Mapped = Pick<Posterior, 'bootstrap' | 'epistemic'>;

/** Of the pictures that `encodeErrorMaps` gives for what was asked. */
export function errorMapEndings(asked: {
  readonly bootstrap?: number;
  readonly epistemic?: number;
}): string[] {
  return (['epistemic', 'bootstrap'] as const).filter((name) => asked[name]).map((name) => `.${name}.png`);
}

/** What a manifest says of the pictures of maps. */
export interface MapWhites {
  /** The value that is white in the picture of each map, in image units of the file. */
  readonly mapWhite?: Readonly<Record<string, number>>;
}

/** @param posterior in the file's units. */
export async function encodeErrorMaps(
  posterior: Mapped,
): Promise<MapWhites & { readonly files: readonly NewFile[] }> {
  const files: NewFile[] = [];
  const mapWhite: Record<string, number> = {};
  for (const [name, map] of Object.entries(errorMapsOf(posterior))) {
    const { image, white } = sdPicture(map);
    files.push({ ending: `.${name}.png`, bytes: await encodePicture({ image, bits: 8, format: 'png' }) });
    mapWhite[name] = white;
  }
  return files.length > 0 ? { files, mapWhite } : { files };
}

/** How well a map knows the error of the mean. */
export interface MapScores {
  /** 1: the map is as large as the error; below, it is too sure. */
  readonly spreadSkill: number;
  /** 0: the map knows the order of the errors. */
  readonly sparsification: number;
}

/** @returns undefined where there are no maps. */
export function scoreErrorMaps(
  posterior: Mapped & Pick<Posterior, 'mean'>,
  truth: FloatArray,
): Readonly<Record<string, MapScores>> | undefined {
  const maps = Object.entries(errorMapsOf(posterior));
  if (maps.length === 0) return undefined;
  const scored = maps.map(([name, map]) => {
    const { mean } = posterior;
    return [
      name,
      { spreadSkill: spreadSkill(mean, map, truth), sparsification: sparsification(mean, map, truth) },
    ];
  });
  return Object.fromEntries(scored);
}
