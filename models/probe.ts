/**
 * Finding out how a network is to be called by calling it: of all parametrisations, schedules and value ranges in use,
 * the one under which a noisy picture comes back cleanest (‖D − x0‖ is far larger under any other).
 */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type FloatArray, floatArray, zeros } from '../src/core/array.js';
import { keyedRandom } from '../src/core/random.js';
import { difference, norm } from '../src/core/vector.js';
import { type DiffusionCard, diffusionCard } from './card.js';
import { openDiffusionPrior, scalarTensor } from './diffusion.js';
import { type GraphFiles, graphFiles, graphSource, unreadable } from './files.js';
import { openGraph } from './onnx/differentiable-graph.js';
import { Runtime, type RuntimeLimits, type Session, type Tensor } from './onnx/session.js';
import { alphasCumprod } from './schedule.js';

/** How a network may be called. */
type Calling = Pick<DiffusionCard, 'parametrisation' | 'schedule' | 'time' | 'valueRange' | 'sigmaRange'>;

export interface Probe {
  readonly card: DiffusionCard;
  /** Mean over the noise levels of ‖D − x0‖/‖x − x0‖: below 1 where noise is removed. */
  readonly error: number;
  /** The smallest error under another calling. */
  readonly runnerUp: number;
}

/** Noise levels that are tried, in [0, 1] units. */
const LEVELS = [0.05, 0.15, 0.4];

/** Above this share of the noise left, nothing fits. */
const FAILURE = 0.8;

/**
 * @param place an .onnx file, or a folder that holds one and no card.
 * @param limits of each run: a graph may never end.
 * @throws Error where there is no such file or several, its inputs are not an image and a time, or no calling fits.
 */
export async function probeCard(place: string, limits: RuntimeLimits = {}): Promise<Probe> {
  const path = place.endsWith('.onnx') ? place : await onlyModel(place);
  const runtime = await Runtime.start(limits);
  try {
    const { graph: _, ...files } = await graphFiles(dirname(path), basename(path));
    const source = await graphSource(dirname(path), files);
    const session = await openGraph({ source, runtime, session: {} });
    const base = describe(path, files, session);
    const differentiate = () => Promise.reject(new Error('not needed'));
    const trials: { card: DiffusionCard; error: number }[] = [];
    for (const calling of callings(base.timeType)) {
      const card = diffusionCard.parse({ ...base.card, ...calling });
      const prior = await openDiffusionPrior({ card, source, runtime, session: {}, differentiate }, session);
      trials.push({ card, error: await errorOf(prior.denoise.bind(prior), card) });
    }
    trials.sort((a, b) => a.error - b.error);
    const [best, second] = trials;
    if (!(best.error < FAILURE)) {
      throw new Error(
        `${path} leaves ${(100 * best.error).toFixed(0)} % of the noise at best (${inWords(best.card)}): ` +
          `its card must be written by hand.`,
      );
    }
    const sizeMultiple = await sizeMultipleOf(session, best.card);
    return {
      card: { ...best.card, sizeMultiple, training: `probed: ${inWords(best.card)}` },
      error: best.error,
      runnerUp: second.error,
    };
  } finally {
    await runtime.close();
  }
}

/** The only .onnx file of a folder. */
async function onlyModel(directory: string): Promise<string> {
  const found = await stat(directory).catch(() => undefined);
  if (!found?.isDirectory()) {
    const what = found ? 'is no prior' : 'does not exist';
    throw new Error(`${directory} ${what}; expected a folder or an .onnx file.`);
  }
  const models = (await readdir(directory).catch((error) => unreadable(directory, error))).filter((name) =>
    name.endsWith('.onnx'),
  );
  if (models.length === 1) return join(directory, models[0]);
  const held = models.length === 0 ? 'none' : models.join(', ');
  throw new Error(`${directory} should hold one .onnx file to write a card for; it holds ${held}.`);
}

/** What the graph itself says, and what stands in the card until it is known better. */
function describe(path: string, files: GraphFiles, session: Session): { card: object; timeType: string } {
  const image = session.inputs.find(({ dims }) => dims.length === 4);
  const time = session.inputs.find((input) => input !== image);
  const answer = session.outputs.find(({ dims }) => dims.length === 4);
  if (session.inputs.length !== 2 || !image || !time || !answer) {
    const found = session.inputs.map(({ name, dims }) => `${name} [${dims.join(', ')}]`).join(', ');
    throw new Error(`${path} takes ${found}; expected an image of four dimensions and a time, no more.`);
  }
  const [channels, answered] = [image.dims[1], answer.dims[1]];
  if (typeof channels !== 'number')
    throw new Error(`${path}: input "${image.name}" does not fix its channels.`);
  if (image.dims.slice(2).some((extent) => typeof extent === 'number')) {
    throw new Error(
      `${path} takes images of ${image.dims.slice(2).join('×')} only; export it with free height and width.`,
    );
  }
  const card = {
    format: 1,
    kind: 'diffusion',
    name: basename(path, '.onnx'),
    summary: 'a diffusion model; its card was written by probing',
    ...files,
    inputs: { image: image.name, time: time.name },
    outputs: { image: answer.name },
    channels,
    learnedSigma: answered === 2 * channels,
    sizeMultiple: SIDE,
    data: 'to be filled in',
    licence: 'to be filled in',
    training: 'to be filled in',
    scores: [],
  };
  return { card, timeType: time.type };
}

/** Every way of calling a network that is tried: those of a whole-number time, or all. */
function callings(timeType: string): Calling[] {
  const steps = 1000;
  const tables = [
    { kind: 'linear', first: 1e-4, last: 0.02, steps },
    { kind: 'scaled-linear', first: 0.00085, last: 0.012, steps },
    { kind: 'squared-cosine', steps },
  ] as const;
  const trained: Omit<Calling, 'valueRange'>[] = tables.flatMap((table) => {
    const alphas = alphasCumprod(table);
    const sigma = (alpha: number) => Math.sqrt((1 - alpha) / alpha);
    const sigmaRange = [sigma(alphas[0]), sigma(alphas[steps - 1])] as const;
    const vp = { schedule: { kind: 'vp', table }, time: { form: 'index', scale: 1 }, sigmaRange } as const;
    return (['epsilon', 'v', 'x0'] as const).map((parametrisation) => ({ ...vp, parametrisation }));
  });
  if (timeType === 'float32') {
    const wide = { sigmaRange: [0.002, 80] } as const;
    for (const form of ['sigma', 'quarter-log-sigma'] as const) {
      const time = { form, scale: 1 };
      const schedule = { kind: 've' } as const;
      for (const parametrisation of ['x0', 'epsilon', 'score'] as const) {
        trained.push({ ...wide, parametrisation, schedule, time });
      }
      trained.push({ ...wide, parametrisation: 'edm', schedule: { kind: 'edm', sigmaData: 0.5 }, time });
    }
    for (const scale of [1, 1000]) {
      const time = { form: 't', scale } as const;
      const sigmaRange = [1e-3, 999] as const;
      trained.push({ parametrisation: 'flow', schedule: { kind: 'flow' }, time, sigmaRange });
      const schedule = { kind: 'vp-continuous', betaMin: 0.1, betaMax: 20 } as const;
      for (const parametrisation of ['epsilon', 'v', 'score'] as const) {
        trained.push({ ...wide, parametrisation, schedule, time });
      }
    }
  }
  const ranges = [[-1, 1] as const, [0, 1] as const];
  return ranges.flatMap((valueRange) => trained.map((calling) => ({ ...calling, valueRange })));
}

const SIDE = 64;

async function errorOf(
  denoise: (x: FloatArray, sigma: number) => Promise<FloatArray>,
  { channels }: DiffusionCard,
): Promise<number> {
  const clean = softPicture(channels);
  let sum = 0;
  for (const [i, sigma] of LEVELS.entries()) {
    const noise = keyedRandom(0, 'probe', 0)('noise', i).normals(clean.shape);
    const noisy = floatArray(
      clean.data.map((value, k) => value + sigma * noise.data[k]),
      clean.shape,
    );
    const left = norm(difference(await denoise(noisy, sigma), clean).data);
    sum += left / (sigma * norm(noise.data)) / LEVELS.length;
  }
  return sum;
}

/** Soft shading with two edges: what any model of pictures knows. */
function softPicture(channels: number): FloatArray {
  const image = zeros([channels, SIDE, SIDE]);
  for (let i = 0; i < image.data.length; i++) {
    const [row, column] = [Math.floor(i / SIDE) % SIDE, i % SIDE];
    const shade = 0.5 + 0.2 * Math.sin(0.08 * row + 0.05 * column);
    image.data[i] = column > 40 || row > 50 ? shade - 0.25 : shade;
  }
  return image;
}

/** The least power of two of which the network takes any multiple. */
async function sizeMultipleOf(
  session: Session,
  { channels, inputs, outputs }: DiffusionCard,
): Promise<number> {
  const time = session.inputs.find(({ name }) => name === inputs.time)!;
  for (let multiple = 1; multiple < SIDE; multiple *= 2) {
    const dims = [1, channels, 3 * multiple, 5 * multiple];
    const size = dims.reduce((product, extent) => product * extent);
    const image: Tensor = { type: 'float32', dims, data: new Float32Array(size) };
    const feeds = { [inputs.image]: image, [inputs.time]: scalarTensor(time, 1) };
    const answer = await session.run(feeds, { fetch: [outputs.image] }).catch(() => undefined);
    const found = answer?.outputs[outputs.image].dims;
    if (found && found[2] === dims[2] && found[3] === dims[3]) return multiple;
  }
  return SIDE;
}

function inWords({ parametrisation, schedule, time, valueRange }: DiffusionCard): string {
  const table = schedule.kind === 'vp' ? ` (${schedule.table.kind})` : '';
  return `${parametrisation} under ${schedule.kind}${table}, time as ${time.form} × ${time.scale}, values ${valueRange.join(' to ')}`;
}
