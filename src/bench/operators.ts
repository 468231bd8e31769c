/** What each operator costs beside one run of the network: it should not show (under 5 %). */
import { loadPrior } from '../../models/load.js';
import { diffusionPrior } from '../../models/prior.js';
import { bind, parseProblem, parseTerm } from '../../problems/index.js';
import { type ForwardOperator, isLinear } from '../../problems/operator.js';
import { type FloatArray, floatArray, formatShape, type Shape, sizeOf, zeros } from '../core/array.js';
import { keyedRandom } from '../core/random.js';
import { processorTime } from './processes.js';
import type { OperatorsSpec } from './spec.js';
import { markdownTable, median } from './table.js';

/** Share of a denoising above which an operator is an open item. */
const TARGET = 0.05;

interface OperatorRow {
  readonly problem: string;
  readonly image: Shape;
  readonly measurement: Shape;
  /**
   * Milliseconds of processor time of A(x) and one adjoint, or of the linearization and one pullback where A is not
   * linear.
   */
  readonly milliseconds: number;
  /** Of one denoising of a colour image of the same height and width. */
  readonly share: number;
}

/** @param say is told of each operator, one line each. */
export async function operatorsBench(
  spec: OperatorsSpec,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<OperatorRow[]> {
  const prior = diffusionPrior(await loadPrior(spec.prior, { threads: spec.threads, signal }));
  const denoisings = new Map<string, number>();
  try {
    const rows: OperatorRow[] = [];
    for (const { problem, image, arrays } of spec.tasks) {
      signal?.throwIfAborted();
      const size = image.slice(1);
      const colour = zeros([prior.channels, ...size]);
      const denoising =
        denoisings.get(size.join()) ??
        (await networkTime(spec.rounds, async () => prior.denoise(colour, 0.1, signal)));
      denoisings.set(size.join(), denoising);
      const files = Object.entries(arrays).map(([name, shape]) => [`0.${name}`, texture(shape)] as const);
      const described = { ...parseProblem(problem), noise: parseTerm('gaussian:sigma=0.1') }; // draws nothing here
      const { operator } = bind(described, { imageShape: image }, { files: Object.fromEntries(files) });
      const x = texture(operator.inputShape);
      const milliseconds = await typical(spec.rounds, () => thereAndBack(operator, x));
      const share = milliseconds / denoising;
      rows.push({ problem, image, measurement: operator.outputShape, milliseconds, share });
      say(`${problem}: ${milliseconds.toFixed(1)} ms, ${(100 * share).toFixed(1)} % of a denoising`);
    }
    return rows;
  } finally {
    await prior.close();
  }
}

async function thereAndBack(operator: ForwardOperator, x: FloatArray): Promise<void> {
  if (isLinear(operator)) {
    await operator.adjoint(await operator.apply(x));
    return;
  }
  const linearization = await operator.linearize(x);
  await linearization.pullback(linearization.value);
  linearization.release();
}

/**
 * Median processor time of so many runs, milliseconds: unlike the clock's it does not grow with what else the machine
 * does. As many before them warm up: a restoration calls an operator hundreds of times, most of them compiled.
 */
async function typical(rounds: number, work: () => Promise<unknown>): Promise<number> {
  for (let i = 0; i < rounds; i++) await work();
  const times: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const started = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(started);
    times.push((user + system) / 1000);
  }
  return median(times);
}

/** Least time that is measured, in milliseconds: the system tells of a process in hundredths of a second. */
const LEAST = 100;

/** The same of a network, which runs in another process; by the clock where the system does not tell of that. */
async function networkTime(rounds: number, work: () => Promise<unknown>): Promise<number> {
  const now = process.platform === 'linux' ? processorTime : () => performance.now();
  for (let i = 0; i < rounds; i++) await work();
  const started = now();
  let done = 0;
  while (done < rounds || now() - started < LEAST) {
    await work();
    done++;
  }
  return (now() - started) / done;
}

/** Independent values between 0 and 1; what is timed does not depend on them. */
function texture(shape: Shape): FloatArray {
  const random = keyedRandom(0, 'operators', 0)('texture');
  return floatArray(
    Float32Array.from({ length: sizeOf(shape) }, () => random.uniform()),
    shape,
  );
}

export function operatorsTable(rows: readonly OperatorRow[]): string {
  return markdownTable(
    ['problem', 'image', 'measurement', 'ms', 'of a denoising', ''],
    rows.map(({ problem, image, measurement, milliseconds, share }) => [
      problem,
      formatShape(image),
      formatShape(measurement),
      milliseconds.toFixed(1),
      `${(100 * share).toFixed(1)} %`,
      share > TARGET ? 'open: over 5 %' : '',
    ]),
  );
}
