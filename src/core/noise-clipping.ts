/** Noise that an end of the range has cut off is weaker than it was: by how much is known of Gaussian noise. */
import jstat from 'jstat';

const { normal } = jstat.jStat;

/**
 * The variance of Gaussian noise over what is left of it.
 * @param share of the values that lie at the end of the range, cut off there; up to a half.
 */
export function clippingLoss(share: number): number {
  if (share <= 0) return 1;
  // Of max(0, m + n) with n standard normal, where P(m + n < 0) is the share.
  const m = -normal.inv(Math.min(0.5, share), 0, 1);
  const density = Math.exp((-m * m) / 2) / Math.sqrt(2 * Math.PI);
  const seen = 1 - Math.min(0.5, share);
  const mean = m * seen + density;
  return 1 / ((m * m + 1) * seen + m * density - mean * mean);
}
