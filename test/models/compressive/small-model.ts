/** Compressive priors of one channel and one number a pixel, whose graphs can be read at a glance. */
import { compressiveCard } from '../../../models/card.js';
import type { CompressiveModel } from '../../../models/compressive/graphs.js';
import { folderFiles } from '../../../models/files.js';
import { differentiate } from '../../../models/onnx/differentiate.js';
import type { Node } from '../../../models/onnx/graph.js';
import type { Runtime } from '../../../models/onnx/runtime.js';
import { fill, temporaryFolder } from '../../io/folders.js';
import { float32, model, node } from '../tiny-models.js';

const value = (name: string, channels = 1) =>
  ({ name, type: 'float32', dims: ['n', channels, 'h', 'w'] }) as const;

function graph(input: string, nodes: readonly Node[], outputs: readonly string[], channels = 1): Uint8Array {
  return model({
    nodes,
    inputs: [value(input)],
    outputs: outputs.map((name) => value(name, channels)),
    initializers: [float32('one', [], [1]), float32('two', [], [2]), float32('five', [], [5])],
  });
}

/** z = 2x and h = 5x; decoded as z + 1. The scales of z are √(1 + h²), its means 2h. */
const GRAPHS = {
  encoder: graph(
    'image',
    [node('Mul', ['image', 'two'], ['z']), node('Mul', ['image', 'five'], ['h'])],
    ['z', 'h'],
  ),
  decoder: graph('code', [node('Add', ['code', 'one'], ['decoded'])], ['decoded']),
  'hyper-decoder': graph(
    'h',
    [
      node('Mul', ['h', 'h'], ['square']),
      node('Add', ['square', 'one'], ['variance']),
      node('Sqrt', ['variance'], ['scales']),
      node('Mul', ['h', 'two'], ['means']),
    ],
    ['scales', 'means'],
  ),
} as const;

/** h is of a logistic law: its distribution is σ(2h + 1), of mean −½ and scale ½. */
const LOGISTIC = JSON.stringify({ matrices: [[[[2]]]], biases: [[[1]]], factors: [] });

const file = (path: string) => ({ path, sha256: '0'.repeat(64) });

interface Changes {
  readonly card?: object;
  readonly law?: string;
  /** The nodes from `code` to `decoded`. */
  readonly decoder?: readonly Node[];
  /** The nodes from `h` to `scales` and `means`. */
  readonly hyper?: readonly Node[];
}

/** In a folder of its own, with what is changed of its card, of its graphs and of the law of h. */
export function smallModel(
  runtime: Runtime,
  { card = {}, law = LOGISTIC, decoder, hyper }: Changes = {},
): CompressiveModel {
  const directory = temporaryFolder();
  const own = {
    ...GRAPHS,
    ...(decoder && { decoder: graph('code', decoder, ['decoded']) }),
    ...(hyper && { 'hyper-decoder': graph('h', hyper, ['scales', 'means']) }),
  };
  const graphs = Object.entries(own).map(([name, bytes]) => [`${name}.onnx`, bytes] as const);
  fill(directory, { ...Object.fromEntries(graphs), 'hyper-prior.json': law });
  const about = { summary: '', data: '', licence: '', training: '', scores: [] };
  const parsed = compressiveCard.parse({
    ...{ format: 1, kind: 'compressive', name: 'small', ...about },
    graphs: {
      encoder: file('encoder.onnx'),
      decoder: file('decoder.onnx'),
      'hyper-decoder': file('hyper-decoder.onnx'),
      'hyper-prior': file('hyper-prior.json'),
    },
    inputs: { encoder: ['image'], decoder: ['code'], 'hyper-decoder': ['h'] },
    outputs: { encoder: ['z', 'h'], decoder: ['decoded'], 'hyper-decoder': ['scales', 'means'] },
    ...{ channels: 1, valueRange: [0, 1], codePrior: 'logistic', sizeMultiple: 1 },
    codes: { z: { channels: 1, stride: 1 }, h: { channels: 1, stride: 1 } },
    ...card,
  });
  return { card: parsed, files: folderFiles(directory), runtime, session: { threads: 1 }, differentiate };
}
