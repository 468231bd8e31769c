/** Operators that users bring as files: JavaScript modules, functions for TensorFlow.js and ONNX graphs. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { graphFiles, graphSource } from '../../models/files.js';
import { cached } from '../../models/onnx/cache.js';
import { DifferentiableGraph } from '../../models/onnx/differentiable-graph.js';
import { differentiate } from '../../models/onnx/differentiate.js';
import type { RuntimeLimits, Tensor } from '../../models/onnx/runtime.js';
import { ChildRuntime } from '../../models/onnx/session.js';
import type { LoadedOperator, OperatorRole } from '../../problems/family.js';
import { loadedModule, type OperatorModule } from '../../problems/own/module.js';
import { loadedGraph, type OpenGraph } from '../../problems/own/onnx.js';
import {
  loadedTensorFlow,
  type TensorFlow,
  type TensorFlowModule,
  type TensorFlowTensor,
} from '../../problems/own/tensorflow.js';
import { type FloatArray, floatArray } from '../core/array.js';
import { UsageError } from '../core/errors.js';
import { reasonOf } from '../core/reasons.js';

interface OperatorFile {
  readonly operator: LoadedOperator;
  /** SHA-256 of the file; of a graph with weights beside it, of all their hashes. Not of what a module imports. */
  readonly hash: string;
}

/**
 * Loads the operator in a file. An ONNX graph gets a process of its own, which `operator.close` ends.
 * @param limits of the runs of a graph.
 * @throws UsageError where there is no such file, or it holds no operator.
 */
export async function loadOperator(
  path: string,
  role: OperatorRole,
  limits: RuntimeLimits = {},
): Promise<OperatorFile> {
  if (role === 'onnx') return openGraph(path, limits);
  const bytes = await readFile(path).catch((error) => {
    throw new UsageError(`the operator ${path} cannot be read: ${reasonOf(error)}`);
  });
  const open = { module: importModule, tensorflow: importFunction }[role];
  return { operator: await open(path), hash: bytesToHex(sha256(bytes)) };
}

async function importModule(path: string): Promise<LoadedOperator> {
  const found = 'export function create(imageShape)` that returns outputShape, apply and adjoint or vjp';
  return loadedModule(await importCreator<OperatorModule>(path, found), basename(path));
}

async function importFunction(path: string): Promise<LoadedOperator> {
  const found = 'export function create(imageShape, tf)` that returns forward';
  const file = await importCreator<TensorFlowModule<TensorFlowTensor>>(path, found);
  return loadedTensorFlow(file, await importTensorFlow(path), basename(path));
}

/** What a file exports that has a function `create`. @param expected what messages say it should have been. */
async function importCreator<T>(path: string, expected: string): Promise<T> {
  const exported = await import(pathToFileURL(resolve(path)).href).catch((error: Error) => {
    throw new UsageError(`the operator ${path} does not load: ${error.message}`, { cause: error });
  });
  if (typeof exported.create === 'function') return exported;
  throw new UsageError(`${path} exports no operator: expected \`${expected}`);
}

/** Packages that hold TensorFlow.js and its gradients, the fastest first. */
const tensorFlowPackages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node', '@tensorflow/tfjs'];

/** TensorFlow.js as it is installed for the file at `path`, or else for this package. */
async function importTensorFlow(path: string): Promise<TensorFlow<TensorFlowTensor>> {
  const { resolve: resolvePackage } = createRequire(import.meta.url);
  for (const name of tensorFlowPackages) {
    let found: string;
    try {
      found = resolvePackage(name, {
        paths: [dirname(resolve(path)), dirname(fileURLToPath(import.meta.url))],
      });
    } catch {
      continue;
    }
    const tf = await import(pathToFileURL(found).href).catch((error: Error) => {
      throw new UsageError(`${name} does not load: ${error.message}`, { cause: error });
    });
    tf.enableProdMode(); // else its backends print advice
    await tf.ready();
    return tf;
  }
  throw new UsageError(
    `${path} needs the package @tensorflow/tfjs, which is not installed: npm install @tensorflow/tfjs`,
  );
}

async function openGraph(path: string, limits: RuntimeLimits): Promise<OperatorFile> {
  const runtime = await ChildRuntime.start(limits);
  try {
    const files = await graphFiles(dirname(path), basename(path));
    const source = await graphSource(dirname(path), files);
    const model = { source, runtime, session: {}, differentiate: cached(differentiate) };
    const operator = loadedGraph(graphFunction(await DifferentiableGraph.open(model)));
    return { operator, hash: hashOf([files.model, ...files.externalData].map((file) => file.sha256)) };
  } catch (error) {
    await runtime.close();
    throw new UsageError(`the operator ${path} does not open: ${(error as Error).message}`, { cause: error });
  }
}

function hashOf(hashes: readonly string[]): string {
  return hashes.length === 1 ? hashes[0] : bytesToHex(sha256(new TextEncoder().encode(hashes.join(' '))));
}

/** The graph's first output as a function of its first input. */
function graphFunction(graph: DifferentiableGraph): OpenGraph {
  const { inputs, outputs } = graph.session;
  const [input, output] = [inputs[0]?.name, outputs[0]?.name];
  const tensor = ({ data, shape }: FloatArray) => ({ type: 'float32', dims: shape, data }) as const;
  const array = ({ data, dims }: Tensor) => floatArray(data as Float32Array, dims);
  return {
    name: graph.name,
    inputs,
    outputs,
    run: async (x) => array(await graph.run({ [input]: tensor(x) }, output)),
    async linearize(x) {
      const { value, pullback, release } = await graph.linearize({ [input]: tensor(x) }, input, output);
      return { value: array(value), pullback: async (v) => array(await pullback(tensor(v))), release };
    },
    close: () => graph.model.runtime.close(),
  };
}
