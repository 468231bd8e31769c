/** A problem whose image is a code: the operator measures what the code decodes to. */

import type { Problem } from '../../problems/problem.js';
import { andThen } from '../../src/core/linearization.js';
import type { LatentImages } from './latent-images.js';

/** The problem of codes: z ↦ A(image of z), with the same noise. It is not linear, whatever A is. */
export function codeProblem(problem: Problem, images: LatentImages): Problem {
  const { operator } = problem;
  const { outputShape, field, observed } = operator;
  return {
    ...problem,
    imageShape: images.codeShape,
    operator: {
      inputShape: images.codeShape,
      ...{ outputShape, field, observed },
      apply: async (code) => operator.apply(await images.decode(code)),
      linearize: async (code) => andThen(await images.linearize(code), (image) => operator.linearize(image)),
    },
    report: (code) => code,
  };
}
