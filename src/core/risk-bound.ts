/** What the mean loss of a few images says of the loss of all images like them, with confidence and no assumption. */
import { logGamma } from './special.js';

/**
 * Upper bound of an expected loss in [0, 1], right with probability 1 − δ: the tighter of the tails of Hoeffding and of
 * Bentkus (Bates et al. 2021, J. ACM 68, Theorem 4; the count is rounded up, which the theorem needs).
 * @param mean mean loss of n independent images. @param n at least 1. @param delta in (0, 1).
 */
export function riskBound(mean: number, n: number, delta: number): number {
  let [low, high] = [mean, 1];
  for (let k = 0; k < 60; k++) {
    const middle = (low + high) / 2;
    if (isRiskBelow(middle, mean, n, delta)) high = middle;
    else low = middle;
  }
  return high;
}

/** Whether `riskBound` is at most `risk`, in (0, 1). */
export function isRiskBelow(risk: number, mean: number, n: number, delta: number): boolean {
  if (mean >= risk) return false;
  return Math.min(hoeffding(mean, n, risk), bentkus(mean, n, risk)) <= Math.log(delta) + 1e-9;
}

/** Of losses that are all 0, the number for which `riskBound` is at most `risk`. */
export function imagesNeeded(risk: number, delta: number): number {
  return Math.ceil(Math.log(delta) / Math.log1p(-risk) - 1e-9);
}

/** Logarithm of the chance of a mean this small. */
function hoeffding(mean: number, n: number, risk: number): number {
  const part = (share: number, of: number) => (share === 0 ? 0 : share * Math.log(share / of));
  return -n * (part(mean, risk) + part(1 - mean, 1 - risk));
}

function bentkus(mean: number, n: number, risk: number): number {
  // Rounding must not raise a whole number.
  return 1 + logBinomialCdf(Math.min(Math.ceil(n * mean - 1e-9), n), n, risk);
}

/** log P(Bin(n, p) ≤ k), p in (0, 1). */
function logBinomialCdf(k: number, n: number, p: number): number {
  const terms = Array.from({ length: k + 1 }, (_, i) => {
    const choices = logGamma(n + 1) - logGamma(i + 1) - logGamma(n - i + 1);
    return choices + i * Math.log(p) + (n - i) * Math.log1p(-p);
  });
  const largest = terms.reduce((most, term) => Math.max(most, term), Number.NEGATIVE_INFINITY);
  return largest + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - largest), 0));
}
