/** Operators that users bring as files: JavaScript modules and ONNX graphs. */
import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { cached } from '../models/onnx/cache.js';
import { differentiate } from '../models/onnx/index.js';
import { Runtime } from '../models/onnx/session.js';
import type { LoadedOperator } from '../problems/family.js';
import { loadedModule, type OperatorModule } from '../problems/module.js';
import { loadedGraph } from '../problems/onnx.js';
import { UsageError } from './core/errors.js';
import { reasonOf } from './io/atomic.js';

export interface OperatorFile {
  readonly operator: LoadedOperator;
  /** SHA-256 of the file (not of what it imports, nor of external weights). */
  readonly hash: string;
}

/**
 * Loads the operator in a file. An ONNX graph gets a thread of its own, which ends with the process.
 * @throws UsageError where there is no such file, or it holds no operator.
 */
export async function loadOperator(path: string, kind: 'module' | 'onnx'): Promise<OperatorFile> {
  const bytes = await readFile(path).catch((error) => {
    throw new UsageError(`the operator ${path} cannot be read: ${reasonOf(error)}`);
  });
  const operator =
    kind === 'module' ? await importModule(path) : await openGraph(path, new Uint8Array(bytes));
  return { operator, hash: bytesToHex(sha256(bytes)) };
}

async function importModule(path: string): Promise<LoadedOperator> {
  const exported = await import(pathToFileURL(resolve(path)).href).catch((error: Error) => {
    throw new UsageError(`the operator ${path} does not load: ${error.message}`, { cause: error });
  });
  if (!isOperatorModule(exported)) {
    throw new UsageError(
      `${path} exports no operator: expected \`export function create(imageShape)\` ` +
        'that returns outputShape, apply and adjoint or vjp',
    );
  }
  return loadedModule(exported, basename(path));
}

function isOperatorModule(value: object): value is OperatorModule {
  return 'create' in value && typeof value.create === 'function';
}

async function openGraph(path: string, bytes: Uint8Array): Promise<LoadedOperator> {
  const source = { bytes, path, name: basename(path) };
  const runtime = await Runtime.start();
  try {
    const session = await runtime.open(path, { name: source.name });
    return loadedGraph({ source, runtime, session, differentiate: cached(differentiate) });
  } catch (error) {
    await runtime.close();
    throw new UsageError(`the operator ${path} does not open: ${(error as Error).message}`, { cause: error });
  }
}
