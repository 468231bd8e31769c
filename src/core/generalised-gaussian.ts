/**
 * The generalised Gaussian p(r) = β / (2αΓ(1/β)) · exp(−(|r|/α)^β) of scale α and shape β: 2 is the Gaussian, 1 the
 * Laplace density, and below that are ever heavier tails.
 */
import jstat from 'jstat';
import { logGamma } from './special.js';

/** Its standard deviation over its scale: √(Γ(3/β)/Γ(1/β)). */
export function deviationOfShape(shape: number): number {
  return Math.exp((logGamma(3 / shape) - logGamma(1 / shape)) / 2);
}

/** Half the width, over the scale, of the interval about the middle that holds `level`. */
export function halfWidthOfShape(shape: number, level: number): number {
  return jstat.jStat.gamma.inv(level, 1 / shape, 1) ** (1 / shape);
}
