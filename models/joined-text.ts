/** The embeddings of a text by one, two or three text encoders, as one: SDXL's and Stable Diffusion 3's. */
import type { LatentCard } from './card.js';
import type { Runtime, SessionOptions, Tensor } from './onnx/runtime.js';
import type { PriorFiles } from './prior-files.js';
import { type Embed, type Embedding, openTextEncoder } from './text.js';

type TextCard = NonNullable<LatentCard['text']>;

/**
 * Opens all text encoders of a card. What they give is remembered for the texts of this run.
 * @throws Error where a file is not as expected.
 */
export async function openTextEncoders(
  card: TextCard,
  files: PriorFiles,
  model: { readonly runtime: Runtime; readonly session: SessionOptions },
): Promise<Embed> {
  const encoders: Embed[] = [];
  for (const one of [card, ...(card.further ?? [])]) {
    encoders.push(await openTextEncoder(one, files, model));
  }
  const known = new Map<string, Promise<Embedding>>();
  const embed = async (text: string) => {
    const parts: Embedding[] = [];
    for (const encoder of encoders) parts.push(await encoder(text));
    return joined(parts, card.padTo);
  };
  return (text) => {
    const found = known.get(text) ?? embed(text);
    known.set(text, found);
    return found;
  };
}

/** Those of as many tokens side by side, the others behind; all filled up with zeros to `padTo`. */
export function joined(parts: readonly Embedding[], padTo?: readonly [number, number]): Embedding {
  if (parts.length === 1 && !padTo) return parts[0];
  const [{ tokens: first }] = parts;
  const beside = parts.filter(({ tokens }) => tokens.dims[1] === first.dims[1]).map(({ tokens }) => tokens);
  const behind = parts.filter(({ tokens }) => tokens.dims[1] !== first.dims[1]).map(({ tokens }) => tokens);
  const rows = [...rowsOf(beside), ...behind.flatMap((tokens) => rowsOf([tokens]))];
  const [count, width] = padTo ?? [rows.length, Math.max(...rows.map((row) => row.length))];
  const data = new Float32Array(count * width);
  if (rows.length > count || rows.some((row) => row.length > width)) {
    const most = Math.max(...rows.map((row) => row.length));
    throw new Error(
      `the text encoders give ${rows.length} tokens of width ${most}; the network takes ${count} of ${width}.`,
    );
  }
  rows.forEach((row, i) => {
    data.set(row, i * width);
  });
  const pooled = parts.flatMap((part) => (part.pooled ? [part.pooled] : []));
  return {
    tokens: { type: 'float32', dims: [1, count, width], data },
    ...(pooled.length > 0 && { pooled: beside2d(pooled) }),
  };
}

/** The rows [width] of embeddings of as many tokens, one embedding's beside the other's. */
function rowsOf(embeddings: readonly Tensor[]): Float32Array[] {
  const [, count] = embeddings[0].dims;
  return Array.from({ length: count }, (_, i) =>
    Float32Array.from(
      embeddings.flatMap(({ dims: [, , width], data }) => [
        ...(data as Float32Array).subarray(i * width, (i + 1) * width),
      ]),
    ),
  );
}

function beside2d(rows: readonly Tensor[]): Tensor {
  const data = Float32Array.from(rows.flatMap((row) => [...(row.data as Float32Array)]));
  return { type: 'float32', dims: [1, data.length], data };
}
