/**
 * `npm run fuzz -- [--seconds 120] [--seed N]`: damaged pictures, arrays, cards, graphs, folders of models, problem
 * specs and command lines, as many as the time allows. The same seed gives the same cases; it is printed.
 */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '120' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
  },
});
/** Properties in test/fuzz, two files of them at a time. */
const [PROPERTIES, AT_A_TIME] = [12, 2];
const env = {
  ...process.env,
  FUZZ_SEED: values.seed,
  FUZZ_SECONDS: String((Number(values.seconds) * AT_A_TIME) / PROPERTIES),
};
process.stdout.write(`seed ${values.seed}\n`);
const limit = String(1000 * (Number(values.seconds) + 60));
const { status } = spawnSync('npx', ['vitest', 'run', 'test/fuzz', '--testTimeout', limit], {
  stdio: 'inherit',
  env,
});
process.exit(status ?? 1);
