/** `retrodict check` */
import type { Command } from 'commander';
import { bind, type CheckResult, checkOperator, readProblem, readSpecFiles } from '../index.js';
import type { Finish } from './exit-status.js';
import { Output } from './output.js';
import { type LoadFlags, timeout } from './prior-options.js';
import { allowCode, allowOutside, type TrustFlags } from './trust-options.js';
import { parseSize } from './values.js';

interface CheckOptions extends TrustFlags, Pick<LoadFlags, 'timeout'> {
  readonly problem: string;
  readonly size: readonly [number, number];
  readonly json?: boolean;
}

export function addCheck(program: Command, finish: Finish): void {
  program
    .command('check')
    .summary('prove that a problem does what it says: adjoint, linearity, norm, inverses')
    .description('Checks the operator of a problem against its definition; exits with 1 where a check fails.')
    .requiredOption('--problem <spec>', 'NAME:KEY=VALUE,...+NAME..., or a .json file')
    .option('--size <HxW>', 'height and width of the colour image to check with, px', parseSize, [
      48, 64,
    ] as const)
    .addOption(timeout())
    .addOption(allowCode())
    .addOption(allowOutside())
    .option('--json', 'print one JSON object a line, and nothing else, on stdout')
    .action(async (options: CheckOptions) => finish(await checkCommand(options)));
}

async function checkCommand({
  problem,
  size,
  json,
  timeout: seconds,
  ...trust
}: CheckOptions): Promise<number> {
  const output = new Output({ json });
  const spec = await readProblem(problem, 'gaussian:sigma=0.1', trust); // no check looks at the noise
  const files = await readSpecFiles(spec, { timeout: seconds });
  let checks: CheckResult[];
  try {
    checks = await checkOperator(bind(spec, { imageShape: [3, ...size] }, files).operator);
  } finally {
    await files.close();
  }
  for (const { check, value, tolerance, ok } of checks) {
    const verdict = ok ? 'ok  ' : 'FAIL';
    const text = `${verdict} ${check}: ${value.toExponential(1)} (at most ${tolerance.toExponential(1)})`;
    output.result(text, { type: 'check', check, value, tolerance, ok });
  }
  return checks.every(({ ok }) => ok) ? 0 : 1;
}
