/** `--noise auto`: the noise that a picture is found to have. */

import { isLinear } from '../../problems/operator.js';
import type { Problem, ProblemSpec } from '../../problems/problem.js';
import { withOwn } from '../core/channel-products.js';
import { UsageError } from '../core/errors.js';
import type { NoiseMeasurement } from '../core/noise-measure.js';
import { describeNoise, grainOf, hidingSigma, pixelSigma } from '../core/noise-words.js';
import type { Input } from '../io/inputs.js';
import type { Doubt } from './doubts.js';
import { isDoubtful, keptDoubt, openDoubt } from './noise-doubts.js';
import { seenNoise } from './seen-noise.js';

/** What was found, for the event and the manifest. */
export type NoiseReport = {
  readonly kind: NoiseMeasurement['kind'];
  /** Standard deviation of a pixel in [0, 1] image units. */
  readonly sigma: number;
  /** Size of the grain in pixels, 1 for white noise. */
  readonly grain: number;
  /** Relative level at brightness 0, ¼, ½, ¾, 1. */
  readonly levels: readonly number[];
  /** How unlike the places are that it was measured on: 0.2 is sure, 0.6 hardly. */
  readonly unlikeness: number;
  /**
   * The noise that is taken for it: another where the problem has no use for what was found; nothing where a picture
   * that was to be denoised has none, or may have none, and stays as it is.
   */
  readonly taken: 'gaussian' | 'correlated' | 'nothing';
  /** All that in one line. */
  readonly description: string;
};

/**
 * The spec with the noise that the picture is found to have.
 * @param path names the input in messages.
 * @param bound binds a spec to the input.
 * @param told gets what was found, and what to doubt of it.
 * @throws UsageError where the input is no picture, or is too small to tell and would be more than denoised.
 */
export async function withEstimatedNoise(
  spec: ProblemSpec,
  input: Input,
  path: string,
  bound: (spec: ProblemSpec) => Promise<Problem>,
  told: (report: NoiseReport, doubt: Doubt | undefined) => void,
): Promise<ProblemSpec> {
  if (input.picture === undefined && input.about === undefined) {
    throw new UsageError(`--noise is needed for ${path}: only a picture's noise level can be estimated`);
  }
  const withLevel = (sigma: number) => ({ ...spec, noise: { name: 'gaussian', options: { sigma } } });
  // Which pixels are seen does not depend on the noise.
  const { operator, name } = await bound(withLevel(1));
  const alone = name === 'denoise';
  const measured = seenNoise(input, operator.observed);
  const rounding = roundingOf(input);
  if (typeof measured === 'string') {
    if (!alone)
      throw new UsageError(`${path} is ${measured}, so --noise is needed, such as gaussian:sigma=5/255`);
    told(...nothingSeen(measured));
    return withLevel(rounding);
  }
  if (alone && isDoubtful(measured)) {
    told({ ...reportOf(measured, 'nothing', 0), description: describeNoise(measured) }, keptDoubt(measured));
    return withLevel(rounding);
  }
  const uneven = measured.kind === 'correlated' || measured.kind === 'signal-dependent';
  const taken =
    uneven && (isLinear(operator) || operator.undo) && !operator.observed ? 'correlated' : 'gaussian';
  const level = operator.rounding
    ? certainLevel(measured, rounding)
    : levelTaken(measured, operator.undo ? 0 : UNDONE);
  // Blocks are taken away whatever the noise.
  told(reportOf(measured, taken, level), operator.rounding ? undefined : openDoubt(measured, level));
  if (taken === 'correlated')
    return { ...spec, noise: { name: taken, options: correlatedOptions(measured, rounding) } };
  return withLevel(measured.kind === 'none' ? rounding : Math.max(rounding, level));
}

/** Standard deviation of what a file's bits leave open. */
function roundingOf({ picture, levels }: Input): number {
  const width = picture && levels ? levels.white - levels.black : 1;
  return 1 / (2 ** (picture?.bits ?? 16) - 1) / width / Math.sqrt(12);
}

/** What a JPEG file rounds is coarse, and the problem knows it: only certain noise counts. */
function certainLevel(measured: NoiseMeasurement, rounding: number): number {
  return isDoubtful(measured) ? rounding : measured.sigma;
}

/**
 * Where pixels are mixed, as by a blur, what is not in the operator is amplified with the noise: no kernel is known so
 * well. A level that no part tells is not taken below this.
 */
const UNDONE = 1 / 255;
/** Nor above this: where no part is flat, detail is taken for white noise. */
const MOST_UNKNOWN = 2 / 255;

function levelTaken(measured: NoiseMeasurement, least: number): number {
  if (measured.kind !== 'unknown') return hidingSigma(measured);
  return Math.min(MOST_UNKNOWN, Math.max(least, measured.sigma));
}

/** @param level of white noise, where that is taken. */
function reportOf(measured: NoiseMeasurement, taken: NoiseReport['taken'], level: number): NoiseReport {
  const { kind, levels, unlikeness } = measured;
  const [sigma, grain] = [pixelSigma(measured), grainOf(measured)];
  const why = level < hidingSigma(measured) ? 'no more being certain' : 'which hides it';
  const hidden = `taken as white noise of ${(255 * level).toFixed(1)}/255, ${why}`;
  const whitened = kind === 'correlated' && taken === 'gaussian' ? [hidden] : [];
  const description = [describeNoise(measured), ...whitened].join('; ');
  return { kind, sigma, grain, levels, unlikeness, taken, description };
}

/** @param why the end of a sentence. */
function nothingSeen(why: string): [NoiseReport, Doubt] {
  const found = { sigma: 0, grain: 1, levels: [1, 1, 1, 1, 1], unlikeness: 1 } as const;
  const description = `not measured, for the picture is ${why}`;
  const message = `the picture is ${why}, so it is left as it is`;
  return [
    { kind: 'unknown', ...found, taken: 'nothing', description },
    { code: 'noise-unknown', message },
  ];
}

/**
 * Noise that all channels share leaves their differences nearly without any, but a file rounds each channel: what is
 * smaller than one of its levels is certain in no colour. The numbers are short, so that the manifest can be read.
 */
function correlatedOptions({ octaves, levels }: NoiseMeasurement, rounding: number): Record<string, unknown> {
  const channels = octaves[0].length === 1 ? 1 : 3;
  const whole = octaves.flatMap((octave) => withOwn(octave, 12 * rounding ** 2));
  return {
    octaves: whole.map((value) => Number(value.toPrecision(6))),
    channels,
    levels: levels.map((level) => Number(level.toPrecision(3))),
  };
}
