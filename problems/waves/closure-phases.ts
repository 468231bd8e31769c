/**
 * Closure phases and log closure amplitudes: what an array of telescopes measures however badly each is calibrated,
 * as in the Event Horizon Telescope's images of black holes. They say nothing of the total brightness and of the
 * place.
 */
import { z } from 'zod';
import { type FloatArray, floatArray, formatShape } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import type { OperatorFamily } from '../family.js';
import type { ForwardOperator } from '../operator.js';
import { requireShape } from '../parts/planes.js';
import { onePlane, planeOfSize, sizeOption } from '../parts/size-option.js';
import { type Closure, quadrangles, triangles } from './closure-sets.js';
import { preciseFourierSums } from './fourier-sums.js';
import { arrayOptions, type Baselines, simulatedArray } from './telescopes.js';

const options = z.strictObject({
  baselines: z
    .string()
    .optional()
    .describe(
      '.npy file of the baselines, baselines×5: time, station, station (numbers that name them), and the frequency ' +
        'along rows and down columns in cycles per longer side',
    ),
  ...arrayOptions,
  quantities: z.enum(['both', 'phases', 'amplitudes']).default('both').describe('which are measured'),
  form: z
    .enum(['phasor', 'angle'])
    .default('phasor')
    .describe(
      'phases as cosine and sine, which have no jump, or as angles in (−π, π] radians, where solvers see one',
    ),
  size: sizeOption.optional().describe('height and width of the image of a measurement'),
});

/** The measurement is one row of values: the phases of all triangles, then the log amplitudes of all quadrangles. */
export const closurePhases: OperatorFamily<typeof options> = {
  name: 'closure-phases',
  summary: 'closure phases and log closure amplitudes of an array of telescopes',
  options,
  files: { baselines: 'array' },
  imageShape: (_measured, { size }) => planeOfSize(size, 'closure-phases'),
  create(shape, { size, baselines: path, quantities, form, ...array }, files) {
    const [, height, width] = onePlane(shape, size, 'closure-phases');
    const baselines = path === undefined ? simulatedArray(array) : baselinesOf(files.baselines);
    const phases = quantities === 'amplitudes' ? [] : triangles(baselines);
    const amplitudes = quantities === 'phases' ? [] : quadrangles(baselines);
    if (phases.length + amplitudes.length === 0) {
      throw new UsageError(
        `closure-phases:quantities=${quantities} finds none among ${baselines.u.length} baselines; phases need 3 stations at a time, amplitudes 4`,
      );
    }
    return closures(height, width, baselines, { phases, amplitudes, form });
  },
};

/** Visibilities below this share of a white image's are taken for this: logarithms and derivatives stay finite. */
const FLOOR = 1e-7;

/** What is measured of the visibilities. */
interface Closures {
  readonly phases: readonly Closure[];
  readonly amplitudes: readonly Closure[];
  readonly form: 'phasor' | 'angle';
}

/** ψ = Σ ±arg V, or exp(iψ), and Σ ±log|V|: linear in log V, whose derivative is dV/V. */
function closures(height: number, width: number, baselines: Baselines, measured: Closures): ForwardOperator {
  const inputShape = [1, height, width];
  const outputShape = [perPhase(measured) * measured.phases.length + measured.amplitudes.length];
  const sums = preciseFourierSums(height, width, baselines);
  return {
    inputShape,
    outputShape,
    field: 'real',
    apply(x) {
      requireShape(x, inputShape);
      return floatArray(quantitiesOf(sums.apply(x.data), measured), outputShape);
    },
    linearize(x) {
      requireShape(x, inputShape);
      const visibilities = sums.apply(x.data);
      return {
        value: floatArray(quantitiesOf(visibilities, measured), outputShape),
        pullback(v) {
          requireShape(v, outputShape);
          const back = pulledBack(visibilities, measured, v.data);
          return floatArray(new Float32Array(sums.adjoint(back)), inputShape);
        },
        release() {},
      };
    },
  };
}

/** Values that a closure phase is measured as. */
const perPhase = ({ form }: Closures) => (form === 'phasor' ? 2 : 1);

/** @param visibilities real and imaginary parts of each baseline's. */
function quantitiesOf(visibilities: Float64Array, measured: Closures): Float32Array {
  const { phases, amplitudes, form } = measured;
  const first = perPhase(measured) * phases.length;
  const out = new Float32Array(first + amplitudes.length);
  for (const [t, closure] of phases.entries()) {
    const phase = phaseOf(visibilities, closure);
    const [c, s] = [Math.cos(phase), Math.sin(phase)];
    if (form === 'phasor') out.set([c, s], 2 * t);
    else out[t] = Math.atan2(s, c);
  }
  for (const [q, closure] of amplitudes.entries()) {
    out[first + q] = closure.reduce((sum, { baseline, sign }) => {
      return sum + sign * Math.log(amplitudeOf(visibilities, baseline));
    }, 0);
  }
  return out;
}

/** The cotangent of the visibilities. @param v that of the quantities. */
function pulledBack(visibilities: Float64Array, measured: Closures, v: Float32Array): Float64Array {
  const { phases, amplitudes, form } = measured;
  const first = perPhase(measured) * phases.length;
  // Cotangents of log|V| and arg V.
  const logs = new Float64Array(visibilities.length / 2);
  const angles = new Float64Array(visibilities.length / 2);
  for (const [t, closure] of phases.entries()) {
    const phase = phaseOf(visibilities, closure);
    const weight = form === 'angle' ? v[t] : Math.cos(phase) * v[2 * t + 1] - Math.sin(phase) * v[2 * t];
    for (const { baseline, sign } of closure) angles[baseline] += sign * weight;
  }
  for (const [q, closure] of amplitudes.entries()) {
    for (const { baseline, sign } of closure) logs[baseline] += sign * v[first + q];
  }
  const back = new Float64Array(visibilities.length);
  for (let k = 0; k < logs.length; k++) {
    const [re, im] = [visibilities[2 * k], visibilities[2 * k + 1]];
    const squared = amplitudeOf(visibilities, k) ** 2;
    back[2 * k] = (logs[k] * re - angles[k] * im) / squared;
    back[2 * k + 1] = (logs[k] * im + angles[k] * re) / squared;
  }
  return back;
}

function phaseOf(visibilities: Float64Array, closure: Closure): number {
  return closure.reduce((sum, { baseline, sign }) => {
    return sum + sign * Math.atan2(visibilities[2 * baseline + 1], visibilities[2 * baseline]);
  }, 0);
}

function amplitudeOf(visibilities: Float64Array, baseline: number): number {
  return Math.max(FLOOR, Math.hypot(visibilities[2 * baseline], visibilities[2 * baseline + 1]));
}

/** Each baseline from the station of the smaller number to the other. */
function baselinesOf(file: FloatArray | undefined): Baselines {
  if (file === undefined)
    throw new UsageError('closure-phases:baselines names a file that has not been read');
  if (file.shape.length !== 2 || file.shape[1] !== 5 || !file.data.every(Number.isFinite)) {
    throw new UsageError(
      `closure-phases:baselines is ${formatShape(file.shape)}, expected finite values of shape baselines×5`,
    );
  }
  const rows = Array.from({ length: file.shape[0] }, (_, k) => [...file.data.subarray(5 * k, 5 * k + 5)]);
  const swapped = rows.map(([time, a, b, u, v]) => (a <= b ? [time, a, b, u, v] : [time, b, a, -u, -v]));
  return {
    time: Float64Array.from(swapped, ([time]) => time),
    first: Int32Array.from(swapped, (row) => row[1]),
    second: Int32Array.from(swapped, (row) => row[2]),
    u: Float64Array.from(swapped, (row) => row[3]),
    v: Float64Array.from(swapped, (row) => row[4]),
  };
}
