/**
 * Differentiable ONNX graphs: a model in, models out that compute its vector-Jacobian products.
 *
 * ONNX Runtime does not differentiate. Reverse-mode differentiation is therefore a rewriting of the graph into
 * standard operators (vjp/), so whatever runs the model also runs its gradient.
 */
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { canonicalise } from './canonical.js';
import type { Model } from './graph.js';
import { readModel } from './proto/read.js';
import { writeModel } from './proto/write.js';
import { measureResizes } from './resize-matrices.js';
import type { Runtime } from './runtime.js';
import { inferTypes } from './shapes.js';
import { upgrade } from './upgrade.js';
import { splitVjp } from './vjp/vjp.js';
import { byReference, byValue, type ReadWeights, withSmallValues } from './weights.js';
import { weightsIn } from './weights-file.js';

/** A model to differentiate. */
export interface ModelSource {
  /** The whole .onnx file, or its outline (see outline.ts). */
  readonly bytes: Uint8Array;
  /** What tells the weights from others, where `bytes` only points to them. */
  readonly weights?: string;
  /**
   * Where that file lies. With it the produced models point into the file for their weights and stay small;
   * without it the weights are copied into them. Needed where the model has external data.
   */
  readonly path?: string;
  /** The folder of that file, links resolved: the weights lie there where `bytes` only points to them. */
  readonly folder?: string;
  /** Reads a tensor that `bytes` only points to. */
  readonly read?: ReadWeights;
  /** What messages call the model. */
  readonly name: string;
  /** It computes in float16, for all that its inputs and outputs are float32. */
  readonly halfPrecision?: boolean;
}

export interface DifferentiateRequest {
  /** The static shape of every input of the graph; the produced models are for these shapes only. */
  readonly inputShapes: Readonly<Record<string, readonly number[]>>;
  /** Inputs to differentiate with respect to. */
  readonly wrt: readonly string[];
  /** Outputs that get a cotangent; all floating-point outputs when absent. Others are not in the produced models. */
  readonly outputs?: readonly string[];
}

/**
 * Two graphs. `forward` has the model's own inputs and computes `outputs` and `residuals`; `backward` has the
 * residuals and the cotangents as inputs and computes the gradients. No residual is also one of `outputs`.
 */
export interface SplitModels {
  readonly forward: Uint8Array;
  readonly backward: Uint8Array;
  readonly residuals: readonly string[];
  /** Outputs of the model that are computed and have a cotangent, in order. */
  readonly outputs: readonly string[];
  /** The input that takes the cotangent of each output. */
  readonly cotangents: Readonly<Record<string, string>>;
  /** The output that holds the gradient with respect to each input asked for. */
  readonly gradients: Readonly<Record<string, string>>;
  /** To be given to `Runtime.open` with the models: the folder their weights lie in. Absent where they hold them. */
  readonly externalDataFolder?: string;
}

/**
 * Makes the models that compute vector-Jacobian products of a model at given input shapes: brings it to opset 18
 * or later, lets ONNX Runtime fold its shape arithmetic and infer every shape, then differentiates it.
 *
 * @throws Error naming op, node and model where an active op has no rule, or a form of it that no rule covers.
 */
export async function differentiate(
  runtime: Runtime,
  source: ModelSource,
  request: DifferentiateRequest,
): Promise<SplitModels> {
  const { name, bytes } = source;
  const scratch = await mkdtemp(join(tmpdir(), 'retrodict-'));
  try {
    // Weights may only be pointed to in the folder where they really lie, not through a link from elsewhere.
    const file = source.path === undefined ? join(scratch, 'model.onnx') : await realpath(source.path);
    if (source.path === undefined) await writeFile(file, bytes);
    const folders = { weights: dirname(file), scratch };
    const read = upgrade(readModel(bytes), name);
    // What an outline holds stands nowhere else.
    const referring = source.weights === undefined ? byReference(read, basename(file)) : read;
    const canonical = await canonicalise(runtime, referring, request.inputShapes, folders, name);
    const model = await withSmallValues(canonical, weightsIn(folders.weights));
    const types = await inferTypes(runtime, model, name, folders.weights);
    const resizeMatrices = await measureResizes(runtime, model, types, name);
    const { wrt, outputs } = request;
    const inPlace = source.path !== undefined;
    const write = (made: Model) => writeModel(inPlace ? made : byValue(made, basename(file), bytes));
    const { forward, backward, ...names } = splitVjp(model, { name, wrt, outputs, types, resizeMatrices });
    const externalDataFolder = inPlace ? folders.weights : undefined;
    return { ...names, externalDataFolder, forward: write(forward), backward: write(backward) };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
