/** `--noise auto`: the noise that a picture is found to have. */

import { isLinear } from '../../problems/operator.js';
import type { Problem, ProblemSpec } from '../../problems/problem.js';
import { UsageError } from '../core/errors.js';
import { measureNoise, type NoiseMeasurement } from '../core/noise-measure.js';
import { describeNoise, grainOf, hidingSigma, isUncertain, pixelSigma } from '../core/noise-words.js';
import type { Input } from '../io/inputs.js';
import type { Doubt } from './doubts.js';

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
  /** The noise that is taken for it: another where the problem has no use for what was found. */
  readonly taken: 'gaussian' | 'correlated';
  /** All that in one line. */
  readonly description: string;
};

/**
 * The spec with the noise that the picture is found to have.
 * @param path names the input in messages.
 * @param bound binds a spec to the input.
 * @param told gets what was found, and what to doubt of it.
 * @throws UsageError where the input is no picture; Error where it is too small to tell.
 */
export async function withEstimatedNoise(
  spec: ProblemSpec,
  { array, picture, levels, about }: Input,
  path: string,
  bound: (spec: ProblemSpec) => Promise<Problem>,
  told: (report: NoiseReport, doubt: Doubt | undefined) => void,
): Promise<ProblemSpec> {
  if (picture === undefined && about === undefined) {
    throw new UsageError(`--noise is needed for ${path}: only a picture's noise level can be estimated`);
  }
  const withLevel = (sigma: number) => ({ ...spec, noise: { name: 'gaussian', options: { sigma } } });
  // Which pixels are seen does not depend on the noise.
  const { operator } = await bound(withLevel(1));
  const width = picture && levels ? levels.white - levels.black : 1;
  const step = 1 / (2 ** (picture?.bits ?? 16) - 1) / width;
  const rounding = step / Math.sqrt(12);
  const measured = atLeast(
    operator.undo || operator.rounding ? 0 : UNDONE,
    measureNoise(array, operator.observed),
  );
  const uneven = measured.kind === 'correlated' || measured.kind === 'signal-dependent';
  const taken =
    uneven && (isLinear(operator) || operator.undo) && !operator.observed ? 'correlated' : 'gaussian';
  // What a JPEG file rounds is coarse, and the problem knows it.
  const certain = measured.kind !== 'unknown' && !isUncertain(measured);
  const level = operator.rounding ? (certain ? measured.sigma : rounding) : hidingSigma(measured);
  // Blocks are taken away whatever the noise.
  told(reportOf(measured, taken, level), operator.rounding ? undefined : doubtOf(measured));
  if (taken === 'correlated')
    return { ...spec, noise: { name: taken, options: correlatedOptions(measured, rounding) } };
  return withLevel(measured.kind === 'none' ? rounding : Math.max(rounding, level));
}

/**
 * Where pixels are mixed, as by a blur, what is not in the operator is amplified with the noise: no kernel is known so
 * well. A level that is only the least there may be is not taken below this.
 */
const UNDONE = 1 / 255;

function atLeast(level: number, measured: NoiseMeasurement): NoiseMeasurement {
  if (measured.kind !== 'unknown') return measured;
  return { ...measured, sigma: Math.max(level, measured.sigma) };
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

function doubtOf(measured: NoiseMeasurement): Doubt | undefined {
  const { kind, sigma } = measured;
  if (kind === 'none') {
    return { code: 'noise-free', message: 'the picture looks noise-free, so hardly anything is taken away' };
  }
  if (kind !== 'unknown' && isUncertain(measured)) {
    const level = `σ ${(255 * pixelSigma(measured)).toFixed(1)}/255`;
    const message = `${level} was found on places that are little alike, so that fine detail may be taken away with the noise`;
    return {
      code: 'noise-uncertain',
      message: `${message}; where you know the noise, state it, such as --noise gaussian:sigma=5/255`,
    };
  }
  if (kind !== 'unknown') return undefined;
  const found = 'no part of the picture is flat enough to tell noise from detail';
  const taken = `σ ${(255 * sigma).toFixed(1)}/255 is taken, which white noise would have`;
  return {
    code: 'noise-unknown',
    message: `${found}: ${taken}; where you see more, state it, such as --noise gaussian:sigma=10/255`,
  };
}

/** Of the numbers of an octave, those of a channel with itself. */
const DIAGONAL: readonly number[] = [0, 2, 5];

/**
 * Noise that all channels share leaves their differences nearly without any, but a file rounds each channel: its
 * rounding is there in every colour. The numbers are short, so that the manifest can be read.
 */
function correlatedOptions({ octaves, levels }: NoiseMeasurement, rounding: number): Record<string, unknown> {
  const channels = octaves[0].length === 1 ? 1 : 3;
  const whole = octaves.flatMap((octave) =>
    octave.map((value, k) => value + (DIAGONAL.includes(k) ? rounding ** 2 : 0)),
  );
  return {
    octaves: whole.map((value) => Number(value.toPrecision(6))),
    channels,
    levels: levels.map((level) => Number(level.toPrecision(3))),
  };
}
