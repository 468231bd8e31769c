import { defineConfig } from 'vitest/config';

/** The tests that `npm run mutate` runs: those of the file that it changes, which it names in `MUTATION_TESTS`. */
export default defineConfig({
  test: {
    include: process.env.MUTATION_TESTS?.split(',') ?? [],
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
