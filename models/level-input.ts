/** How a network is told the noise level: by a number, by a map of the image's size, by a further channel, or not. */
import type { NetworkCard } from './card.js';
import type { Session, Tensor, ValueInfo } from './onnx/runtime.js';

/** A map or a channel holds the same number at every pixel. */
export type LevelInput =
  /** One number, in a tensor of any number of axes. */
  | { readonly as: 'number'; readonly input: ValueInfo }
  /** [1, channels, height, width], as KAIR's networks with a noise map. */
  | { readonly as: 'map'; readonly input: ValueInfo }
  /** After the image's own channels, as DRUNet (Zhang et al. 2021, arXiv 2008.13751). */
  | { readonly as: 'channel' }
  /** Blind, as DnCNN (Zhang et al. 2017, arXiv 1608.03981). */
  | { readonly as: 'nothing' };

/**
 * What the graph and its card say together: a level without an input of its own is a channel.
 * @throws Error where the input takes neither one number nor a map.
 */
export function levelInput(session: Session, card: NetworkCard, model: string): LevelInput {
  if (card.time.form === 'none') return { as: 'nothing' };
  if (card.inputs.time === undefined) return { as: 'channel' };
  const input = namedInput(session, card.inputs.time, model);
  const { dims, type, name } = input;
  const isMap = dims.length === 4 && !(dims[2] === 1 && dims[3] === 1);
  const isNumber = !isMap && dims.every((extent) => typeof extent === 'string' || extent === 1);
  if (isMap && type === 'float32') return { as: 'map', input };
  if (isNumber && ['float32', 'int64', 'int32'].includes(type)) return { as: 'number', input };
  throw new Error(
    `${model}: input "${name}" is ${type} [${dims.join(', ')}]; a time is one number, float32, int64 or int32, ` +
      'or a float32 map of the size of the image.',
  );
}

/** @throws Error naming the inputs that there are. */
export function namedInput({ inputs }: Session, name: string, model: string): ValueInfo {
  const value = inputs.find((candidate) => candidate.name === name);
  if (value) return value;
  const found = inputs.map((candidate) => `"${candidate.name}"`).join(', ');
  throw new Error(`${model} has no input "${name}" as its card says; it has ${found}.`);
}

/** What the network is fed beside the image: nothing where the level is a channel or untold. */
export function levelFeeds(
  level: LevelInput,
  time: number,
  [height, width]: readonly [number, number],
): Readonly<Record<string, Tensor>> {
  if (level.as === 'number') return { [level.input.name]: scalarTensor(level.input, time) };
  if (level.as !== 'map') return {};
  const channels = level.input.dims[1];
  const dims = [1, typeof channels === 'number' ? channels : 1, height, width];
  const data = new Float32Array(dims.reduce((size, extent) => size * extent)).fill(time);
  return { [level.input.name]: { type: 'float32', dims, data } };
}

/** One number as the graph's input takes it: rounded where that is a whole number. */
export function scalarTensor(input: ValueInfo, value: number): Tensor {
  const dims = input.dims.map(() => 1);
  if (input.type === 'int64')
    return { type: 'int64', dims, data: BigInt64Array.of(BigInt(Math.round(value))) };
  if (input.type === 'int32') return { type: 'int32', dims, data: Int32Array.of(Math.round(value)) };
  return { type: 'float32', dims, data: Float32Array.of(value) };
}
