/** From a text to what a network takes of it: tokens, and their embedding by a text encoder such as CLIP's. */
import { Tokenizer } from '@huggingface/tokenizers';
import type { LatentCard } from './card.js';
import { parseJson } from './card-file.js';
import { openGraph } from './onnx/differentiable-graph.js';
import type { Runtime, SessionOptions, Tensor } from './onnx/runtime.js';
import type { PriorFiles } from './prior-files.js';

/** Of one text encoder. */
export type TextEncoderCard = Pick<
  NonNullable<LatentCard['text']>,
  'model' | 'externalData' | 'input' | 'output' | 'pooled' | 'tokenizer' | 'length' | 'padding'
>;

/** What a network is told of a text. */
export interface Embedding {
  /** [1, tokens, width] */
  readonly tokens: Tensor;
  /** [1, width]: the text in one row, where the network takes it. */
  readonly pooled?: Tensor;
}

export type Embed = (text: string) => Promise<Embedding>;

/**
 * Opens the text encoder that a card describes.
 * @throws Error where a file is not as expected or the encoder takes more than tokens.
 */
export async function openTextEncoder(
  card: TextEncoderCard,
  files: PriorFiles,
  { runtime, session: options }: { readonly runtime: Runtime; readonly session: SessionOptions },
): Promise<Embed> {
  const tokenize = await openTokenizer(card, files);
  const source = await files.graph(card);
  const session = await openGraph({ source, runtime, session: options });
  const input = session.inputs.find((one) => one.name === card.input);
  if (!input || session.inputs.length > 1 || !['int32', 'int64'].includes(input.type)) {
    const found = session.inputs.map((one) => `${one.name} of ${one.type}`).join(', ');
    throw new Error(`${source.name} takes ${found}; expected whole numbers "${card.input}" alone.`);
  }
  return async (text) => {
    const tokens = tokenize(text);
    const dims = [1, tokens.length];
    const fed: Tensor =
      input.type === 'int64'
        ? { type: 'int64', dims, data: BigInt64Array.from(tokens, BigInt) }
        : { type: 'int32', dims, data: Int32Array.from(tokens) };
    const { pooled } = card;
    const fetch = [card.output, ...(pooled === undefined ? [] : [pooled])];
    const { outputs } = await session.run({ [card.input]: fed }, { fetch });
    return { tokens: outputs[card.output], ...(pooled !== undefined && { pooled: outputs[pooled] }) };
  };
}

/**
 * Texts as `length` token numbers: cut behind, or padded.
 * @throws Error where the files hold no tokenizer, or one without the token for padding.
 */
export async function openTokenizer(
  { tokenizer: named, length, padding }: Pick<TextEncoderCard, 'tokenizer' | 'length' | 'padding'>,
  files: PriorFiles,
): Promise<(text: string) => number[]> {
  const text = async (name: string) => {
    const file = named.find(({ path }) => path === name || path.endsWith(`/${name}`));
    if (!file) return undefined;
    return { path: files.called(file.path), text: new TextDecoder().decode(await files.read(file.path)) };
  };
  const whole = await text('tokenizer.json');
  const [vocab, merges] = [await text('vocab.json'), await text('merges.txt')];
  if (!whole && !(vocab && merges)) {
    throw new Error(
      `${files.name}: a tokenizer is expected as tokenizer.json or as vocab.json and merges.txt; its card names ` +
        `${named.map(({ path }) => path).join(', ')}.`,
    );
  }
  const description = whole
    ? parseJson(whole.text, whole.path)
    : clipTokenizer(parseJson(vocab!.text, vocab!.path), merges!.text);
  const tokenizer = new Tokenizer(description, {});
  const pad = tokenizer.token_to_id(padding);
  if (pad === undefined)
    throw new Error(`The tokenizer in ${files.name} has no token "${padding}" for padding.`);
  return (prompt) => {
    const { ids } = tokenizer.encode(prompt);
    // The last token says where the text ends, also where it is cut.
    const kept = ids.length > length ? [...ids.slice(0, length - 1), ids[ids.length - 1]] : ids;
    return [...kept, ...new Array<number>(length - kept.length).fill(pad)];
  };
}

const [START, END] = ['<|startoftext|>', '<|endoftext|>'];

/** CLIP's tokenizer (Radford et al. 2021, arXiv 2103.00020) of a vocabulary, in the form of a tokenizer.json. */
function clipTokenizer(vocab: Readonly<Record<string, unknown>>, merges: string): object {
  const special = (content: string) => ({
    ...{ id: vocab[content], content, special: true, normalized: true },
    ...{ single_word: false, lstrip: false, rstrip: false },
  });
  return {
    version: '1.0',
    added_tokens: [special(START), special(END)],
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'NFC' },
        { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
        { type: 'Lowercase' },
      ],
    },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        {
          type: 'Split',
          pattern: { Regex: "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+" },
          behavior: 'Removed',
          invert: true,
        },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
      ],
    },
    post_processor: {
      type: 'RobertaProcessing',
      sep: [END, vocab[END]],
      cls: [START, vocab[START]],
      trim_offsets: false,
      add_prefix_space: false,
    },
    decoder: { type: 'ByteLevel' },
    model: {
      type: 'BPE',
      unk_token: END,
      continuing_subword_prefix: '',
      end_of_word_suffix: '</w>',
      vocab,
      merges: merges.split('\n').filter((line) => line !== '' && !line.startsWith('#version')),
    },
  };
}
