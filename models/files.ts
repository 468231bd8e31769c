/** The files of a prior: what a card says of them, and whether they are what it says. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { reasonOf } from '../src/core/reasons.js';
import type { FileCard } from './card.js';
import { readBytes, requireFile } from './contained.js';
import type { ModelSource } from './onnx/differentiate.js';
import { externalLocations } from './onnx/external.js';
import type { Graph } from './onnx/graph.js';
import { withFloat32Ends } from './onnx/half-precision.js';
import { readOutline } from './onnx/outline.js';
import { readModel } from './onnx/proto/read.js';
import { weightsIn } from './onnx/weights-file.js';
import type { GraphFiles, PriorFiles } from './prior-files.js';

/** The most that tables and tokenizers may hold, in bytes; graphs are not read whole. */
const MOST_READ = 2 ** 28;

/** The files of a prior in a folder. */
export function folderFiles(directory: string): PriorFiles {
  const called = (path: string) => join(directory, path);
  return {
    name: directory,
    called,
    read: (path) => readBytes(called(path), MOST_READ),
    graph: (files) => graphSource(directory, files),
  };
}

/**
 * Describes a file by its hash.
 * @param path relative to the folder.
 * @throws Error naming the file where it cannot be read.
 */
export async function fileCard(directory: string, path: string): Promise<FileCard> {
  return { path, sha256: await sha256(join(directory, path)) };
}

/** Describes a graph, with the files of weights that it points to. */
export async function graphFiles(
  directory: string,
  path: string,
): Promise<GraphFiles & { readonly externalData: FileCard[]; readonly graph: Graph }> {
  const model = await fileCard(directory, path);
  const outline = await readOutline(join(directory, path));
  const others = (await weightFiles(directory, path, outline)).map((other) => fileCard(directory, other));
  return { model, externalData: await Promise.all(others), graph: readModel(outline).graph };
}

/** @throws Error where a file is not the one that its card describes. */
export async function checkFile(directory: string, { path, sha256: expected }: FileCard): Promise<void> {
  const found = await sha256(join(directory, path));
  if (found !== expected) {
    throw new Error(`${join(directory, path)} has SHA-256 ${found}; its card expects ${expected}.`);
  }
}

/** The files beside a graph that its weights lie in, relative to `directory`, in alphabetical order. */
async function weightFiles(directory: string, path: string, outline: Uint8Array): Promise<string[]> {
  // In an outline, what stands in the graph's own file is external too.
  const own = basename(await realpath(join(directory, path)));
  const locations = externalLocations(outline, path).filter((location) => location !== own);
  return locations.map((location) => join(dirname(path), location)).sort();
}

/**
 * A graph to be opened and differentiated, its weights left where they are; float32 in and out where it is of half
 * precision.
 * @throws Error where it reads weights from a file that is not listed, so that a change of them would go unnoticed.
 */
export async function graphSource(
  directory: string,
  { model, externalData }: GraphFiles,
): Promise<ModelSource> {
  const path = join(directory, model.path);
  const outline = await readOutline(path);
  const listed = externalData.map((file) => join(file.path));
  const missing = (await weightFiles(directory, model.path, outline)).find((file) => !listed.includes(file));
  if (missing !== undefined) {
    throw new Error(
      `${path} reads weights from ${missing}, which its card does not list under externalData.`,
    );
  }
  const weights = [model, ...externalData].map((file) => file.sha256).join(' ');
  const folder = dirname(await realpath(path));
  return { ...withFloat32Ends(outline), path, folder, read: weightsIn(folder), name: model.path, weights };
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Why a file cannot be read, for the end of a sentence. */
export function reason(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' ? 'there is no such file' : reasonOf(error);
}

/** @throws Error in one sentence, with this error's reason. */
export function unreadable(path: string, error: unknown): never {
  throw new Error(`${path} cannot be read: ${reason(error)}.`, { cause: error });
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await requireFile(path);
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk);
  } catch (error) {
    unreadable(path, error);
  }
  return hash.digest('hex');
}
