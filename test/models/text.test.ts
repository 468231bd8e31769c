/** From texts to tokens, against those of 🤗 transformers (fixtures/priors), and to their embedding. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderFiles } from '../../models/files.js';
import { ChildRuntime } from '../../models/onnx/session.js';
import type { ElementType } from '../../models/onnx/tensor.js';
import { openTextEncoder, openTokenizer } from '../../models/text.js';
import { decodeNpz } from '../../src/io/npz.js';
import { fill, temporaryFolder } from '../io/folders.js';
import { float32, model, node } from './tiny-models.js';

let runtime: ChildRuntime;
beforeAll(async () => {
  runtime = await ChildRuntime.start();
});
afterAll(() => runtime.close());

const FIXTURE = 'test/fixtures/priors/stable-diffusion';
const file = (path: string) => ({ path, sha256: '0'.repeat(64) });
const clip = {
  tokenizer: [file('tokenizer/vocab.json'), file('tokenizer/merges.txt')],
  ...{ length: 77, padding: '<|endoftext|>' },
};

/** A tokenizer of two words; each token is a word. */
const WORDS = JSON.stringify({
  version: '1.0',
  added_tokens: [],
  normalizer: { type: 'Lowercase' },
  pre_tokenizer: { type: 'Whitespace' },
  post_processor: null,
  decoder: null,
  model: { type: 'WordLevel', vocab: { red: 0, blue: 1, end: 2, '?': 3 }, unk_token: '?' },
});

describe('a tokenizer', () => {
  it('of CLIP gives its tokens, padded and cut', async () => {
    const tokenize = await openTokenizer(clip, folderFiles(FIXTURE));
    const { ids } = await decodeNpz(await readFile(`${FIXTURE}/expected.npz`), 'expected.npz');
    const texts = ['the cat', '', `A  CAT'S in the thing, 42 times: ${'on and '.repeat(60)}`];
    expect(texts.flatMap(tokenize)).toEqual([...ids.array.data]);
  });

  it('is read from a tokenizer.json; what is cut keeps its last token, what is short is padded', async () => {
    const directory = temporaryFolder();
    fill(directory, { 'tokenizer.json': WORDS });
    const card = { tokenizer: [file('tokenizer.json')], length: 3, padding: 'end' };
    const tokenize = await openTokenizer(card, folderFiles(directory));
    expect(tokenize('Red')).toEqual([0, 2, 2]);
    expect(tokenize('red red green blue')).toEqual([0, 0, 1]);
  });

  it('is refused where files or the padding are missing', async () => {
    const files = [file('tokenizer/vocab.json')];
    await expect(openTokenizer({ ...clip, tokenizer: files }, folderFiles(FIXTURE))).rejects.toThrow(
      'a tokenizer is expected as tokenizer.json or as vocab.json and merges.txt; its card names tokenizer/vocab.json.',
    );
    await expect(openTokenizer({ ...clip, padding: '<pad>' }, folderFiles(FIXTURE))).rejects.toThrow(
      'has no token "<pad>" for padding.',
    );
  });
});

describe('a text encoder', () => {
  /** Each token's row of a table. */
  const encoder = (types: readonly ElementType[]) =>
    model({
      nodes: [node('Gather', ['table', 'ids'], ['embedding'])],
      inputs: types.map((type, i) => ({ name: i === 0 ? 'ids' : `ids${i}`, type, dims: [1, 'tokens'] })),
      outputs: [{ name: 'embedding', type: 'float32', dims: [1, 'tokens', 2] }],
      initializers: [float32('table', [4, 2], [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5])],
    });

  const open = (types: readonly ElementType[], input = 'ids') => {
    const directory = temporaryFolder();
    fill(directory, { 'tokenizer.json': WORDS, 'encoder.onnx': encoder(types) });
    const card = {
      ...{ model: file('encoder.onnx'), externalData: [], input, output: 'embedding' },
      ...{ tokenizer: [file('tokenizer.json')], length: 3, padding: 'end', guidance: 1 },
    };
    return openTextEncoder(card, folderFiles(directory), { runtime, session: { threads: 1 } });
  };

  it.each(['int64', 'int32'] as const)('embeds the tokens, fed as %s', async (type) => {
    const embed = await open([type]);
    const { dims, data } = (await embed('blue red')).tokens;
    expect([dims, [...data]]).toEqual([
      [1, 3, 2],
      [1, 1.5, 0, 0.5, 2, 2.5],
    ]);
  });

  it('that takes anything else is refused', async () => {
    await expect(open(['int64'], 'tokens')).rejects.toThrow(
      'encoder.onnx takes ids of int64; expected whole numbers "tokens" alone.',
    );
    await expect(open(['int64', 'int64'])).rejects.toThrow('takes ids of int64, ids1 of int64');
  });
});
