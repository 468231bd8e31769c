/** What to doubt of a noise that was measured, and why a picture that was to be denoised is left as it is. */
import type { NoiseMeasurement } from '../core/noise-measure.js';
import { hidingSigma, isUncertain, pixelSigma } from '../core/noise-words.js';
import type { Doubt } from './doubts.js';

/** Whether there is no noise, or what may as well be none. */
export function isDoubtful(measured: NoiseMeasurement): boolean {
  return measured.kind === 'none' || measured.kind === 'unknown' || isUncertain(measured);
}

/** Why a picture is not denoised. */
export function keptDoubt(measured: NoiseMeasurement): Doubt {
  const { kind, sigma } = measured;
  const left = 'the picture is left as it is';
  const state = (level: number) => `--noise gaussian:sigma=${Math.max(1, Math.round(255 * level))}/255`;
  if (kind === 'none') {
    return {
      code: 'noise-free',
      message: `${left}, for it looks noise-free; if you see noise, state it, such as ${state(5 / 255)}`,
    };
  }
  if (kind === 'unknown') {
    const message = `${left}, for no part of it is flat enough to tell noise from detail; if you see noise, state it, such as ${state(Math.max(sigma, 5 / 255))}`;
    return { code: 'noise-unknown', message };
  }
  const level = `σ ${(255 * pixelSigma(measured)).toFixed(1)}/255`;
  const hiding =
    hidingSigma(measured) > 1.2 * pixelSigma(measured) ? ', white noise that hides its grain' : '';
  const message = `${left}, for what may be noise of ${level} may as well be fine detail; if it is noise, state it: ${state(hidingSigma(measured))}${hiding}`;
  return { code: 'noise-uncertain', message };
}

/** Of a problem that restores more than noise. */
export function openDoubt(measured: NoiseMeasurement, level: number): Doubt | undefined {
  const taken = `σ ${(255 * level).toFixed(1)}/255 is taken`;
  if (measured.kind === 'unknown') {
    const found = 'no part of the picture is flat enough to tell noise from detail';
    const message = `${found}: ${taken}; where you see more, state it, such as --noise gaussian:sigma=10/255`;
    return { code: 'noise-unknown', message };
  }
  if (measured.kind === 'none' || !isUncertain(measured)) return undefined;
  const message = `what may be noise may as well be fine detail, which is then taken away with it: ${taken}`;
  return {
    code: 'noise-uncertain',
    message: `${message}; where you know the noise, state it, such as --noise gaussian:sigma=2/255`,
  };
}
