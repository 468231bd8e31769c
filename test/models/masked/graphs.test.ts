/** A masked prior of hand-made graphs: tokens are whether a pixel is bright, and a network that knows nothing. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadPrior } from '../../../models/load.js';
import type { Node, TensorRef } from '../../../models/onnx/graph.js';
import type { MaskedPrior } from '../../../models/prior.js';
import { problem } from '../../../problems/bind.js';
import { floatArray } from '../../../src/core/array.js';
import { encodeNpy } from '../../../src/io/npy.js';
import { restore } from '../../../src/restore.js';
import { float32, model, node } from '../tiny-models.js';

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((path) => rm(path, { recursive: true }))));

const image = { name: 'image', type: 'float32', dims: ['n', 1, 'h', 'w'] } as const;
const codes = { name: 'codes', type: 'float32', dims: ['n', 1, 'h', 'w'] } as const;
const int = (name: string, value: number): TensorRef => ({
  ...{ name, type: 'int64', dims: [1] },
  data: { bytes: new Uint8Array(BigInt64Array.of(BigInt(value)).buffer) },
});

/** @param kinds of tokens that the encoder gives. @param decoder its nodes, from `codes` to `image`. */
async function load(
  { kinds = 2, decoder = [node('Identity', ['codes'], ['image'])], ids = 'int64', ...made } = {} as Made,
) {
  const directory = await mkdtemp(join(tmpdir(), 'retrodict-graphs-'));
  folders.push(directory);
  const file = async (path: string, bytes: Uint8Array) => {
    await writeFile(join(directory, path), bytes);
    return { path, sha256: createHash('sha256').update(bytes).digest('hex') };
  };
  const tokens = { name: 'tokens', type: ids, dims: ['n', 'h', 'w'] } as const;
  const slopes = Array.from({ length: kinds }, (_, k) => k);
  const encoder = model({
    nodes: [
      node('Conv', ['image', 'slopes', 'shifts'], ['scores']),
      node('ArgMax', ['scores'], [made.floats ? 'found' : 'tokens'], {
        axis: { kind: 'int', value: 1 },
        keepdims: { kind: 'int', value: 0 },
      }),
      ...(made.floats ? [node('Cast', ['found'], ['tokens'], { to: { kind: 'int', value: 1 } })] : []),
    ],
    inputs: [image],
    outputs: [{ ...tokens, type: made.floats ? 'float32' : 'int64' }],
    // The largest of k·x − k²/4 is k = 2x, rounded.
    initializers: [
      float32('slopes', [kinds, 1, 1, 1], slopes),
      float32(
        'shifts',
        [kinds],
        slopes.map((k) => -(k * k) / 4),
      ),
    ],
  });
  const planes = model({
    nodes: [
      node('Cast', ['tokens'], ['values'], { to: { kind: 'int', value: 1 } }),
      node('Unsqueeze', ['values', 'one'], ['planes']),
      node('Conv', ['planes', 'nothing'], ['logits']),
    ],
    inputs: [tokens],
    outputs: [{ name: 'logits', type: 'float32', dims: ['n', 2, 'h', 'w'] }],
    initializers: [int('one', 1), float32('nothing', [2, 1, 1, 1], [0, 0])],
  });
  // Of a transformer: tokens in one row, and for each its logits −1, and 1 times the token.
  const rows = model({
    nodes: [
      node('Cast', ['tokens'], ['values'], { to: { kind: 'int', value: 1 } }),
      node('Unsqueeze', ['values', 'two'], ['columns']),
      node('Mul', ['columns', 'slopes'], ['logits']),
    ],
    inputs: [{ ...tokens, dims: ['n', 't'] }],
    outputs: [{ name: 'logits', type: 'float32', dims: ['n', 't', 2] }],
    initializers: [int('two', 2), float32('slopes', [2], [-1, 1])],
  });
  // The level is a number without axes.
  const uniform = model({
    nodes: [
      node('Cast', ['tokens'], ['values'], { to: { kind: 'int', value: 1 } }),
      node('Mul', ['values', 'sigma'], ['scaled']),
      node('Unsqueeze', ['scaled', 'two'], ['columns']),
      node('Mul', ['columns', 'slopes'], ['logits']),
    ],
    inputs: [
      { ...tokens, dims: ['n', 't'] },
      { name: 'sigma', type: 'float32', dims: [] },
    ],
    outputs: [{ name: 'logits', type: 'float32', dims: ['n', 't', 2] }],
    initializers: [int('two', 2), float32('slopes', [2], [-1, 1])],
  });
  const asked = model({
    nodes: [
      node('Gather', ['book', 'tokens'], ['values']),
      node('Unsqueeze', ['values', 'one'], ['planes']),
      node('Conv', ['planes', 'nothing'], ['logits']),
    ],
    inputs: [tokens],
    outputs: [{ name: 'logits', type: 'float32', dims: ['n', 2, 'h', 'w'] }],
    initializers: [int('one', 1), float32('book', [3], [0, 1, 2]), float32('nothing', [2, 1, 1, 1], [0, 0])],
  });
  const masked = { planes, rows, asked }[made.logits ?? 'planes'];
  const decoding = model({
    ...{ nodes: decoder, inputs: [codes], outputs: [image] },
    initializers: [float32('two', [], [2])],
  });
  const about = { summary: 'bright or not', data: 'none', licence: 'MIT', training: 'none', scores: [] };
  const card = {
    ...{ format: 1, kind: 'masked', name: 'bright', ...about, channels: 1, valueRange: [0, 1] },
    graphs: {
      encoder: await file('encoder.onnx', encoder),
      decoder: await file('decoder.onnx', decoding),
      masked: await file('masked.onnx', masked),
      ...(made.twin && { uniform: await file('uniform.onnx', uniform) }),
      codebook: await file('codebook.npy', encodeNpy(floatArray(Float32Array.of(0, 1), [2, 1]))),
    },
    inputs: { encoder: ['image'], decoder: ['codes'], masked: ['tokens'], uniform: ['tokens', 'sigma'] },
    outputs: { encoder: ['tokens'], decoder: ['image'], masked: ['logits'], uniform: ['logits'] },
    ...(made.twin && { sigmaRange: [0.1, 2] }),
    ...{ tokens: { count: 2, mask: 7, stride: 1, reach: 0 }, quantiser: { kind: 'vq' }, sizeMultiple: 1 },
    ...made.card,
  };
  await writeFile(join(directory, 'card.json'), JSON.stringify(card));
  return (await loadPrior(directory, { threads: 1 })) as MaskedPrior;
}

interface Made {
  readonly kinds?: number;
  readonly decoder?: readonly Node[];
  readonly ids?: 'int64' | 'int32';
  /** Whether the encoder gives numbers with a fraction, which are no tokens. */
  readonly floats?: boolean;
  /** How the masked network gives them; 'asked' knows tokens 0 to 2 only. */
  readonly logits?: 'planes' | 'rows' | 'asked';
  /** Whether there is a network for the uniform kernel. */
  readonly twin?: boolean;
  readonly card?: object;
}

const picture = floatArray(Float32Array.of(0.1, 0.9, 0.2, 0.6), [1, 2, 2]);

it.each(['int64', 'int32'] as const)('gives tokens and takes them as %s', async (ids) => {
  const prior = await load({ ids });
  try {
    const tokens = await prior.tokens(picture);
    expect([...tokens.ids]).toEqual([0, 1, 0, 1]);
    expect((await prior.logits({ ...tokens, ids: Int32Array.of(0, 1, 2, 2) })).shape).toEqual([2, 2, 2]);
    expect([...(await prior.decodeTokens(tokens)).data]).toEqual([0, 1, 0, 1]);
    expect(prior.residual).toBeUndefined();
  } finally {
    await prior.close();
  }
});

it('takes a transformer, whose tokens lie in one row and whose logits come token by token', async () => {
  const prior = await load({ logits: 'rows', twin: true });
  try {
    const tokens = { ids: Int32Array.of(0, 1, 2, 1, 0, 0), height: 2, width: 3 };
    const logits = await prior.logits(tokens);
    expect(logits.shape).toEqual([2, 2, 3]);
    // Two kinds of token, and what is hidden is 7.
    expect([...logits.data]).toEqual([-0, -1, -7, -1, -0, -0, 0, 1, 7, 1, 0, 0]);
    const known = { ...tokens, ids: Int32Array.of(0, 1, 1, 1, 0, 0) };
    expect([...(await prior.uniformLogits!(known, 0.5)).data].slice(6)).toEqual([0, 0.5, 0.5, 0.5, 0, 0]);
  } finally {
    await prior.close();
  }
});

it('says when it is opened that a network does not take the token for hidden ones, or gives other grids', async () => {
  await expect(load({ logits: 'asked' })).rejects.toThrow(
    'masked.onnx does not take 7, the token that its card says stands for a hidden one (tokens.mask): ONNX Runtime failed',
  );
  const tokens = { count: 2, mask: 2, stride: 2 };
  await expect(load({ card: { tokens, sizeMultiple: 4 } })).rejects.toThrow(
    'encoder.onnx answers with 1×4×4; its card says 2×2 tokens (tried on 4×4 pixels, the least by sizeMultiple of its card).',
  );
});

it('refuses an encoder whose tokens are no integers', async () => {
  await expect(load({ floats: true })).rejects.toThrow(
    'encoder.onnx answers with float32; tokens are int64 or int32 (tried on 1×1 pixels',
  );
});

it('refuses tokens of an encoder that the card does not have', async () => {
  const prior = await load({ kinds: 3 });
  try {
    const white = floatArray(Float32Array.of(0, 1), [1, 1, 2]);
    await expect(prior.tokens(white)).rejects.toThrow('encoder.onnx gives token 2; its card says 0 to 1.');
  } finally {
    await prior.close();
  }
});

it('serves solvers without a gradient where its decoder has none, and says which', async () => {
  const decoder = [node('Mod', ['codes', 'two'], ['image'], { fmod: { kind: 'int', value: 1 } })];
  const prior = await load({ decoder });
  try {
    expect(prior.linearizeDecode).toBeUndefined();
    const job = {
      measurement: picture,
      problem: problem('denoise', 'gaussian:sigma=0.3'),
      prior,
      samples: 2,
    };
    await expect(restore({ ...job, solver: 'g2d2' })).rejects.toThrow(
      /^solver g2d2 needs a prior with a gradient, but decoder\.onnx cannot be differentiated at Mod .*: there is no rule for this operator; these would work: .*mask-metropolis/,
    );
    await expect(restore({ ...job, solver: 'sgdd' })).rejects.toThrow(
      'needs a masked prior with a network for the uniform kernel, but prior bright has none',
    );
    await expect(restore({ ...job, solver: 'dps' })).rejects.toThrow(
      'solver dps needs a prior of kind diffusion, but prior bright is of kind masked',
    );
    const options = { burnIn: 1, thin: 1 };
    const { mean } = await restore({ ...job, solver: 'mask-metropolis', options });
    expect(mean.shape).toEqual([1, 2, 2]);
  } finally {
    await prior.close();
  }
});
