/**
 * Published settings are quoted in each paper's own units; here, and nowhere else, they become ours.
 * Ours: images in [0, 1]; the state of a chain is x = x0 + σ n (variance exploding), σ in the same units.
 * A variance-preserving state on [-1, 1] is x_t = a_t (2x − 1) with a_t = 1/√(1 + (2σ)²).
 */
import { requireNumbers } from './arguments.js';

/**
 * √ᾱ of the variance-preserving state on [-1, 1] whose noise level is `sigma` in our units.
 * @example
 * ```ts
 * import { vpScale } from 'retrodict/solver';
 *
 * console.log(vpScale(0.5)); // σ = 1 on [−1, 1], so 1/√2
 * ```
 */
export function vpScale(sigma: number): number {
  requireNumbers({ sigma });
  return 1 / Math.sqrt(1 + (2 * sigma) ** 2);
}

/** Image values of the pictures that DPS's ζ was published for: 3×256×256. */
export const DPS_IMAGE_SIZE = 3 * 256 * 256;

/**
 * DPS subtracts ζ ∇‖Y − A X0‖ from a variance-preserving state on [-1, 1] (2209.14687, Algorithm 1). On our state
 * the same move is (this factor) · ∇‖y − A x0‖: one ½ for the range of the state, the residual's 2 cancels against
 * the range inside the gradient, 1/a_t for the gradient's variable and 1/a_{t−1} for the state that is moved.
 *
 * The norm of a residual grows with the square root of the number of pixels while each pixel should move equally
 * whatever lies beside it, so ζ is scaled with √(size); at 3×256×256 the factor is the published one.
 *
 * @param zeta the paper's ζ (`scale` in its configuration files).
 * @param sigma noise level of the state at which the gradient is taken, [0, 1] units.
 * @param next noise level of the state that is moved.
 * @param size number of values of the image.
 */
export function dpsStepSize(zeta: number, sigma: number, next: number, size: number): number {
  return (zeta * Math.sqrt(size / DPS_IMAGE_SIZE)) / (2 * vpScale(sigma) * vpScale(next));
}

/** Values of the codes that steps of latent solvers were published for: 3×64×64. */
export const LATENT_CODE_SIZE = 3 * 64 * 64;

/**
 * DPS on a variance-preserving code subtracts ζ ∇‖Y − A X0‖, X0 the decoded image on [-1, 1] (2307.00619, algorithm 2).
 * On our state, z = z0 + σn with z0 of about unit variance, the same move is (this factor) · ∇‖y − A x0‖: 2 for the
 * residual, 1/a_t for the gradient's variable and 1/a_{t−1} for the state that is moved. ζ is scaled with √(size).
 *
 * @param zeta the paper's ζ or ω.
 * @param sigma noise level of the code at which the gradient is taken.
 * @param next noise level of the code that is moved.
 * @param size number of values of the code.
 */
export function latentStepSize(zeta: number, sigma: number, next: number, size: number): number {
  return 2 * zeta * Math.sqrt(size / LATENT_CODE_SIZE) * Math.sqrt((1 + sigma ** 2) * (1 + next ** 2));
}

/**
 * DiffPIR's ρ_t = λ σ_n²/σ̄_t² (2305.08995, eq. 12b). The published code takes σ_n on [0, 1] and σ̄_t on [-1, 1] and
 * solves the data step on [0, 1]: its λ is a quarter of itself when both levels are measured in the same units.
 * @returns ρ of (AᵀA + ρI) x̂ = Aᵀy + ρ x0.
 */
export function diffpirRho(lambda: number, noiseSigma: number, sigma: number): number {
  return (lambda / 4) * (noiseSigma / sigma) ** 2;
}
