/** Reading the parts of a folder in the layout of diffusers. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { parsePythonJson } from '../../src/core/json.js';
import { check, faultInWords } from '../../src/core/schema-words.js';
import { readText } from '../contained.js';
import { graphFiles, reason } from '../files.js';

/**
 * The graph of a part of the pipeline.
 * @throws Error where there is none, and what there is instead.
 */
export async function exportedGraph(directory: string, part: string) {
  const found = await readdir(join(directory, part)).catch((): string[] => []);
  if (!found.includes('model.onnx')) {
    const weights = found.find((name) => /\.(safetensors|bin)$/.test(name));
    const instead = weights
      ? `only ${weights}, weights of PyTorch: \`optimum-cli export onnx --model ${directory} OUT\` exports the folder`
      : 'there is no such file';
    throw new Error(`${join(directory, part, 'model.onnx')} cannot be read: ${instead}.`);
  }
  const exported = await graphFiles(directory, `${part}/model.onnx`);
  const { inputs, outputs } = exported.graph;
  if (inputs.length > 0 && outputs.length > 0) return exported;
  throw new Error(`${join(directory, part, 'model.onnx')} has no input or no output; expected a network.`);
}

/** @throws Error naming the file and the field that is not as it should be. */
export async function readConfig<T>(directory: string, name: string, schema: z.ZodType<T>): Promise<T> {
  const path = join(directory, name);
  let content: unknown;
  try {
    content = parsePythonJson(await readText(path));
  } catch (error) {
    throw new Error(`${path} cannot be read: ${reason(error)}.`);
  }
  const checked = check(schema, content);
  if (checked.ok) return checked.value;
  throw new Error(`${path}: ${faultInWords(checked.faults[0])}.`);
}
