/**
 * What runs ONNX graphs, as everything else sees it. There is one implementation for each place a graph may run in:
 * `ChildRuntime` (session.ts) for Node, `Workers` (workers.ts) for several of them, and `WebRuntime`
 * (../web/runtime.ts) for browsers.
 */
import type { Tensor, ValueInfo } from './tensor.js';

export type { ElementType, Tensor, ValueInfo } from './tensor.js';

/**
 * What graphs can run on, as ONNX Runtime calls it.
 * @example
 * ```ts
 * import { devices } from 'retrodict';
 *
 * console.log(devices.join(', '));
 * ```
 */
export const devices = ['cpu', 'webgpu', 'cuda', 'coreml', 'dml'] as const;

/** One of what graphs can run on. */
export type Device = (typeof devices)[number];

/**
 * The numbers that networks can be computed with: 32 bits, or 16.
 * @example
 * ```ts
 * import { precisions } from 'retrodict';
 *
 * console.log(precisions.join(', '));
 * ```
 */
export const precisions = ['fp32', 'fp16'] as const;

/** The numbers that a network is computed with. */
export type Precision = (typeof precisions)[number];

export interface SessionOptions {
  /** Threads inside one operator; ONNX Runtime's own choice (one per physical core) when absent. */
  threads?: number;
  /** What the graph runs on; the CPU when absent. */
  device?: Device;
  /** Names of nodes that WebGPU is to leave to the CPU. */
  onCpu?: readonly string[];
  /** Outputs that are to be kept: they stay on the device where the runtime allows. */
  keep?: readonly string[];
  /** How far ONNX Runtime rewrites the graph; `all` when absent. It changes the last bits of the results. */
  optimisation?: 'disabled' | 'basic' | 'extended' | 'all';
  /** Where the optimised graph is written to. */
  optimisedModelPath?: string;
  /** For a model given as bytes: the folder in which its external weights lie. */
  externalDataFolder?: string;
  /** What messages call the model; a model given as a path is called by its file name. */
  name?: string;
}

export interface RunOptions {
  /** Outputs to bring back; all that are not kept when absent. */
  fetch?: readonly string[];
  /** Outputs that stay where the runtime is, to be fed to another session of the same runtime. */
  keep?: readonly string[];
  /** Tensors kept by an earlier run: they feed the inputs of the same names. */
  kept?: KeptTensors;
  /** Aborting rejects at once; a run that has already begun has some seconds to end, and its result is dropped. */
  signal?: AbortSignal;
}

export interface RunResult {
  outputs: Record<string, Tensor>;
  /** Present where `keep` was given. */
  kept?: KeptTensors;
}

/** Tensors that stay where the runtime is until they are released. */
export interface KeptTensors {
  readonly names: readonly string[];
  readonly released: boolean;
  /** Gives their memory back; again is harmless. */
  release(): Promise<void>;
}

/** A loaded graph. */
export interface Session {
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /**
   * Runs the graph once. Feeds are copied, so they may be changed as soon as this returns.
   * @throws Error when an input is missing, unknown or of the wrong shape, or ONNX Runtime fails;
   * the signal's reason when aborted.
   */
  run(feeds: Readonly<Record<string, Tensor>>, options?: RunOptions): Promise<RunResult>;
  /** Gives the session's memory back; again is harmless. */
  release(): Promise<void>;
}

export interface RuntimeLimits {
  /** Seconds that opening a graph, or one run of it, may take; without end when absent. */
  readonly timeout?: number;
  /** Aborting closes the runtime wherever it is: what is asked of it then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** ONNX Runtime somewhere, with the sessions that were opened in it. */
export interface Runtime {
  /** How many runs it makes at a time. */
  readonly workers: number;
  /**
   * Loads a model. A path is lighter on memory than bytes, and external weights beside it are found.
   * @throws Error when ONNX Runtime cannot be loaded, or does not accept the model.
   */
  open(model: Uint8Array | string, options?: SessionOptions): Promise<Session>;
  /** Ends all its sessions. What is at work or waiting is rejected at once, for this reason. */
  close(reason?: Error): Promise<void>;
}

/** Lets a signal close a runtime. @returns what ends that. */
export function closeOn(runtime: Runtime, signal: AbortSignal | undefined): () => void {
  const abort = () => void runtime.close(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  return () => signal?.removeEventListener('abort', abort);
}
