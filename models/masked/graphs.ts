/** The graphs of a masked prior. */
import { type FloatArray, floatArray, formatShape } from '../../src/core/array.js';
import type { MaskedCard } from '../card.js';
import { namedInput, scalarTensor } from '../level-input.js';
import { DifferentiableGraph, type GraphModel } from '../onnx/differentiable-graph.js';
import type { Tensor } from '../onnx/runtime.js';
import { requireNames, Transform } from '../onnx/transform.js';
import type { PriorFiles } from '../prior-files.js';
import { requireTokens, type Tokens } from './tokens.js';

/** What a masked prior is made of; the runtime becomes its own, and ends with it. */
export interface MaskedModel extends Omit<GraphModel, 'source'> {
  readonly card: MaskedCard;
  readonly files: PriorFiles;
  /** What the codebook's file holds, where there is one. */
  readonly codebook?: FloatArray;
}

type Part = 'encoder' | 'decoder' | 'masked' | 'uniform';

async function sourceOf({ card, files }: MaskedModel, part: Part) {
  const { externalData, ...model } = card.graphs[part]!;
  return files.graph({ model, externalData });
}

async function openPart(model: MaskedModel, part: Part): Promise<DifferentiableGraph> {
  const graph = await DifferentiableGraph.open({ ...model, source: await sourceOf(model, part) });
  requireNames(graph, model.card.inputs[part]!, model.card.outputs[part]!);
  return graph;
}

/** Embeddings to images. */
export async function openDecoder(model: MaskedModel): Promise<Transform> {
  const { inputs, outputs } = model.card;
  const names = { input: inputs.decoder[0], output: outputs.decoder[0] };
  return Transform.open({ ...model, source: await sourceOf(model, 'decoder') }, names);
}

/** Images to tokens. */
export class TokenEncoder {
  private constructor(
    readonly card: MaskedCard,
    readonly graph: DifferentiableGraph,
  ) {}

  static async open(model: MaskedModel): Promise<TokenEncoder> {
    return new TokenEncoder(model.card, await openPart(model, 'encoder'));
  }

  /** @param image in the tokenizer's own units. @throws Error where the answer is no tokens of the card. */
  async run(image: FloatArray, signal?: AbortSignal): Promise<Tokens> {
    const { inputs, outputs, tokens } = this.card;
    const feeds = {
      [inputs.encoder[0]]: { type: 'float32', dims: [1, ...image.shape], data: image.data },
    } as const;
    const answer = await this.graph.run(feeds, outputs.encoder[0], signal);
    if (answer.type !== 'int64' && answer.type !== 'int32') {
      throw new Error(`${this.graph.name} answers with ${answer.type}; tokens are int64 or int32.`);
    }
    const [height, width] = image.shape.slice(1).map((extent) => extent / tokens.stride);
    const ids = Int32Array.from(answer.data as ArrayLike<number | bigint>, Number);
    if (ids.length !== height * width) {
      const found = formatShape(answer.dims);
      throw new Error(`${this.graph.name} answers with ${found}; its card says ${height}×${width} tokens.`);
    }
    const stray = ids.find((id) => !(id >= 0 && id < tokens.count));
    if (stray === undefined) return { ids, height, width };
    throw new Error(`${this.graph.name} gives token ${stray}; its card says 0 to ${tokens.count - 1}.`);
  }
}

/** Tokens to the logits of what they were. */
export class TokenNetwork {
  private constructor(
    readonly card: MaskedCard,
    readonly part: 'masked' | 'uniform',
    readonly graph: DifferentiableGraph,
  ) {}

  /** @throws Error where the graph says that it gives another number of logits than the card has tokens. */
  static async open(model: MaskedModel, part: 'masked' | 'uniform'): Promise<TokenNetwork> {
    const { card } = model;
    const graph = await openPart(model, part);
    const [output] = card.outputs[part]!;
    const { dims } = graph.session.outputs.find(({ name }) => name === output)!;
    const classes = dims.length === 3 ? dims[2] : dims[1];
    if (typeof classes === 'number' && classes > 0 && classes !== card.tokens.count) {
      throw new Error(
        `${graph.name} gives ${classes} logits a token; its card says ${card.tokens.count} tokens.`,
      );
    }
    return new TokenNetwork(card, part, graph);
  }

  /** Logits [K, h, w], whatever order the graph gives them in. @param level of the uniform kernel. */
  async run(tokens: Tokens, level?: number, signal?: AbortSignal): Promise<FloatArray> {
    const { card, graph, part } = this;
    const [input, sigma] = card.inputs[part]!;
    const feeds: Record<string, Tensor> = { [input]: this.#tensorOf(tokens, input) };
    if (level !== undefined) feeds[sigma] = scalarTensor(namedInput(graph.session, sigma, graph.name), level);
    const answer = await graph.run(feeds, card.outputs[part]![0], signal);
    const { count } = card.tokens;
    const shape = [count, tokens.height, tokens.width];
    const [expected, rows] = [formatShape([1, ...shape]), formatShape([1, tokens.ids.length, count])];
    const dims = formatShape(answer.dims);
    if (answer.type === 'float32' && (dims === expected || dims === rows)) {
      const data = answer.data as Float32Array;
      return floatArray(dims === expected ? data : transposed(data, count), shape);
    }
    throw new Error(
      `${graph.name} answers with ${answer.type} ${dims}; its card says float32 ${expected}, or ${rows}.`,
    );
  }

  /** @throws Error where the graph takes other tokens, but not the one that stands for hidden ones. */
  async requireHidden(hidden: Tokens): Promise<void> {
    try {
      await this.run(hidden);
    } catch (error) {
      const { mask } = this.card.tokens;
      throw new Error(
        `${this.graph.name} does not take ${mask}, the token that its card says stands for a hidden one ` +
          `(tokens.mask): ${(error as Error).message}`,
        { cause: error },
      );
    }
  }

  #tensorOf(tokens: Tokens, input: string): Tensor {
    const { count, mask } = this.card.tokens;
    requireTokens(tokens, count);
    const ids = tokens.ids.map((id) => (id === count ? mask : id));
    const { type, dims: taken } = namedInput(this.graph.session, input, this.graph.name);
    const dims = taken.length === 2 ? [1, ids.length] : [1, tokens.height, tokens.width];
    if (type === 'int32') return { type, dims, data: ids };
    return { type: 'int64', dims, data: BigInt64Array.from(ids, BigInt) };
  }
}

/** Logits [tokens, K], as a transformer gives them, by kind: [K, tokens]. */
function transposed(rows: Float32Array, count: number): Float32Array {
  const tokens = rows.length / count;
  const planes = new Float32Array(rows.length);
  for (let k = 0; k < count; k++)
    for (let i = 0; i < tokens; i++) planes[k * tokens + i] = rows[i * count + k];
  return planes;
}
