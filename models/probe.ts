/**
 * Finding out how a network is to be called by calling it: of all parametrisations, schedules and value ranges in use,
 * the one under which a noisy picture comes back cleanest (‖D − x0‖ is far larger under any other).
 */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type FloatArray, zeros } from '../src/core/array.js';
import { callings } from './callings.js';
import { type DiffusionCard, diffusionCard } from './card.js';
import { openDiffusionPrior } from './diffusion.js';
import { graphFiles, graphSource, unreadable } from './files.js';
import { knownLevels, shareLeft } from './known-levels.js';
import { levelFeeds, levelInput } from './level-input.js';
import { openGraph } from './onnx/differentiable-graph.js';
import type { RuntimeLimits, Session, Tensor, ValueInfo } from './onnx/runtime.js';
import { ChildRuntime } from './onnx/session.js';
import type { DiffusionPrior } from './prior.js';
import type { GraphFiles } from './prior-files.js';
import { inFixedSize } from './tiled.js';

export interface Probe {
  readonly card: DiffusionCard;
  /** Mean over the noise levels of ‖D − x0‖/‖x − x0‖: below 1 where noise is removed. */
  readonly error: number;
  /** The smallest error under another calling. */
  readonly runnerUp: number;
}

/** Noise levels that are tried, in [0, 1] units. */
const LEVELS = [0.05, 0.15, 0.4];

/** A network that is not told the level may know one only: of these the two count at which it leaves least. */
const LEVELS_UNTOLD = [0.01, 0.02, 0.05, 0.1, 0.2, 0.4];

/** Above this share of the noise left, nothing fits. */
const FAILURE = 0.8;

/**
 * @param place an .onnx file, or a folder that holds one and no card.
 * @param limits of each run: a graph may never end.
 * @throws Error where there is no such file or several, its inputs are not an image and a time, or no calling fits.
 */
export async function probeCard(place: string, limits: RuntimeLimits = {}): Promise<Probe> {
  const path = place.endsWith('.onnx') ? place : await onlyModel(place);
  const runtime = await ChildRuntime.start(limits);
  try {
    const { graph: _, ...files } = await graphFiles(dirname(path), basename(path));
    const source = await graphSource(dirname(path), files);
    const session = await openGraph({ source, runtime, session: {} });
    const base = describe(path, files, session);
    const differentiate = () => Promise.reject(new Error('not needed'));
    const trials: { card: DiffusionCard; error: number }[] = [];
    const open = async (card: DiffusionCard) =>
      inFixedSize(await openDiffusionPrior({ card, source, runtime, session: {}, differentiate }, session));
    for (const calling of callings(base.told)) {
      const card = diffusionCard.parse({ ...base.card, ...calling });
      trials.push({ card, error: await errorOf(await open(card)) });
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
    const sigmaRange = await sigmaRangeOf(await open(best.card), best.card);
    return {
      card: { ...best.card, sizeMultiple, sigmaRange, training: `probed: ${inWords(best.card)}` },
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
function describe(path: string, files: GraphFiles, session: Session) {
  const answer = session.outputs.find(({ dims }) => dims.length === 4);
  const [image, time] = imageAndTime(session, answer?.dims[1]);
  if (!image || !answer || session.inputs.length > 2) {
    const found = session.inputs.map(({ name, dims }) => `${name} [${dims.join(', ')}]`).join(', ');
    throw new Error(
      `${path} takes ${found}; expected an image of four dimensions and, at most, a time or noise level.`,
    );
  }
  const [taken, answered] = [image.dims[1], answer.dims[1]];
  if (typeof taken !== 'number') {
    const last = image.dims[3] === answer.dims[3] && typeof image.dims[3] === 'number';
    throw new Error(
      last
        ? `${path} takes pictures with their channels last, ${image.dims.join('×')}, as TensorFlow has them; ` +
            `expected them before the rows (tf2onnx --inputs-as-nchw and --outputs-as-nchw exports so).`
        : `${path}: input "${image.name}" does not fix its channels.`,
    );
  }
  // Without an input of its own the level may be one more channel of the image, as DRUNet's.
  const asChannel = time === undefined && answered === taken - 1;
  const channels = asChannel ? taken - 1 : taken;
  const card = {
    format: 1,
    kind: 'diffusion',
    name: basename(path, '.onnx'),
    summary: 'a diffusion model; its card was written by probing',
    ...files,
    inputs: { image: image.name, time: time?.name },
    outputs: { image: answer.name },
    channels,
    learnedSigma: answered === 2 * channels,
    sizeMultiple: SIDE,
    data: 'to be filled in',
    licence: 'to be filled in',
    training: 'to be filled in',
    scores: [],
  };
  if (time === undefined) return { card, told: asChannel ? 'number' : 'nothing' } as const;
  return { card, told: time.type === 'float32' ? 'number' : 'step' } as const;
}

/** Both may have four dimensions; the image has those of the answer and more than one pixel. */
function imageAndTime({ inputs }: Session, channels?: number | string): (ValueInfo | undefined)[] {
  const images = inputs.filter(({ dims }) => dims.length === 4 && !(dims[2] === 1 && dims[3] === 1));
  const image = images.find(({ dims }) => dims[1] === channels) ?? images[0];
  return [image, inputs.find((input) => input !== image)];
}

const SIDE = 64;

/** Mean share of the noise that is left. */
async function errorOf(prior: DiffusionPrior): Promise<number> {
  const clean = softPicture(prior.channels);
  const untold = prior.card?.time.form === 'none';
  const shares: number[] = [];
  for (const sigma of untold ? LEVELS_UNTOLD : LEVELS) {
    shares.push(await shareLeft((x, level) => prior.denoise(x, level), clean, sigma));
  }
  const counted = untold ? shares.sort((a, b) => a - b).slice(0, 2) : shares;
  return counted.reduce((sum, share) => sum + share / counted.length, 0);
}

/** The card's range is of networks of its kind; only a table of steps says what this one knows. */
async function sigmaRangeOf(prior: DiffusionPrior, card: DiffusionCard): Promise<readonly [number, number]> {
  if (card.schedule.kind === 'vp') return card.sigmaRange;
  const range = card.valueRange[1] - card.valueRange[0];
  const known = await knownLevels((x, sigma) => prior.denoise(x, sigma), prior.channels, prior.sigmaRange);
  const [least, most] = known.map((sigma) => Number((sigma * range).toPrecision(2)));
  return [Math.max(least, card.sigmaRange[0]), Math.min(most, card.sigmaRange[1])];
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
async function sizeMultipleOf(session: Session, card: DiffusionCard): Promise<number> {
  const { channels, inputs, outputs } = card;
  const level = levelInput(session, card, card.name);
  for (let multiple = 1; multiple < SIDE; multiple *= 2) {
    const extents = [3 * multiple, 5 * multiple] as const;
    const dims = [1, level.as === 'channel' ? channels + 1 : channels, ...extents];
    const size = dims.reduce((product, extent) => product * extent);
    const image: Tensor = { type: 'float32', dims, data: new Float32Array(size) };
    const feeds = { [inputs.image]: image, ...levelFeeds(level, 1, extents) };
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
