/** What a job takes where nothing else is asked for. */
export const defaults = {
  /** Posterior samples N. */
  samples: 4,
  seed: 0,
  /** Of the credible interval. */
  level: 0.9,
} as const;
