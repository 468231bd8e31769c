/**
 * Differentiable ONNX graphs: a model in, models out that compute its vector-Jacobian products.
 *
 * ONNX Runtime does not differentiate. Reverse-mode differentiation is therefore a rewriting of the graph into
 * standard operators (vjp/), so whatever runs the model also runs its gradient.
 */
import type { Runtime } from './session.js';

/** A model to differentiate. */
export interface ModelSource {
  /** The whole .onnx file. */
  readonly bytes: Uint8Array;
  /**
   * Where that file lies. With it the produced models point into the file for their weights and stay small;
   * without it the weights are copied into them. Needed where the model has external data.
   */
  readonly path?: string;
  /** What messages call the model. */
  readonly name: string;
}

export interface DifferentiateRequest {
  /** The static shape of every input of the graph; the produced models are for these shapes only. */
  readonly inputShapes: Readonly<Record<string, readonly number[]>>;
  /** Inputs to differentiate with respect to. */
  readonly wrt: readonly string[];
  /** Outputs that get a cotangent; all floating-point outputs when absent. Others are not in the produced models. */
  readonly outputs?: readonly string[];
  readonly mode: 'joint' | 'split';
  /** Op types of zero gradient (such as `Round`) that are to pass cotangents on unchanged instead. */
  readonly straightThrough?: readonly string[];
}

interface Differentiated {
  /** Outputs of the model that are computed and have a cotangent, in order. */
  readonly outputs: readonly string[];
  /** The input that takes the cotangent of each output. */
  readonly cotangents: Readonly<Record<string, string>>;
  /** The output that holds the gradient with respect to each input asked for. */
  readonly gradients: Readonly<Record<string, string>>;
  /** To be given to `Runtime.open` with the models: the folder their weights lie in. Absent where they hold them. */
  readonly externalDataFolder?: string;
}

/** One graph: inputs and cotangents in, outputs and gradients out. */
export interface JointModels extends Differentiated {
  readonly mode: 'joint';
  readonly joint: Uint8Array;
}

/**
 * Two graphs. `forward` has the model's own inputs and computes `outputs` and `residuals`; `backward` has the
 * residuals and the cotangents as inputs and computes the gradients. No residual is also one of `outputs`.
 */
export interface SplitModels extends Differentiated {
  readonly mode: 'split';
  readonly forward: Uint8Array;
  readonly backward: Uint8Array;
  readonly residuals: readonly string[];
}

/**
 * Makes the models that compute vector-Jacobian products of a model at given input shapes: brings it to opset 18
 * or later, lets ONNX Runtime fold its shape arithmetic and infer every shape, then differentiates it.
 *
 * @throws Error naming op, node and model where an active op has no rule, or a form of it that no rule covers.
 */
export function differentiate(
  runtime: Runtime,
  source: ModelSource,
  request: DifferentiateRequest & { readonly mode: 'joint' },
): Promise<JointModels>;
export function differentiate(
  runtime: Runtime,
  source: ModelSource,
  request: DifferentiateRequest & { readonly mode: 'split' },
): Promise<SplitModels>;
export async function differentiate(
  _runtime: Runtime,
  source: ModelSource,
  _request: DifferentiateRequest,
): Promise<JointModels | SplitModels> {
  throw new Error(`Differentiating ${source.name} is not built yet.`);
}
