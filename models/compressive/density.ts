/** The density of codes: of a hyperprior, or the standard normal one of a plain VAE. */
import { type FloatArray, mapArray, type Shape, zeros } from '../../src/core/array.js';
import type { Random } from '../../src/core/random.js';
import { check, faultInWords } from '../../src/core/schema-words.js';
import type { CompressiveCard } from '../card.js';
import { parseJson } from '../card-file.js';
import type { DifferentiableGraph } from '../onnx/differentiable-graph.js';
import type { CodeRate, Codes } from '../prior.js';
import { Factorised, factorisedTables } from './factorised.js';
import { type CompressiveModel, codeOf, openPart, tensorOf } from './graphs.js';
import { generalisedGaussian, type Law } from './law.js';
import { conditionalRate, normalRate } from './rate.js';

interface Density {
  /** @throws Error where the network between h and z does not answer as its card says. */
  tryOn(codes: Codes): Promise<void>;
  rate(codes: Codes, signal?: AbortSignal): Promise<CodeRate>;
  draw(shapes: readonly Shape[], random: Random, signal?: AbortSignal): Promise<Codes>;
}

export async function openDensity(model: CompressiveModel): Promise<Density> {
  const { card } = model;
  if (card.codePrior === 'normal') {
    return {
      tryOn: async () => {},
      async rate([z]) {
        const { nats, gradient } = normalRate(z);
        return { nats, gradient: [gradient] };
      },
      draw: async ([shape], random) => [random.normals(shape)],
    };
  }
  const hyper = new HyperDecoder(await openPart(model, 'hyper-decoder'), card);
  return hyperprior(hyper, await readTables(model), generalisedGaussian(card.beta));
}

async function readTables({ card, files }: CompressiveModel): Promise<Factorised> {
  const file = card.graphs['hyper-prior']!.path;
  const path = files.called(file);
  const text = new TextDecoder().decode(await files.read(file));
  const checked = check(factorisedTables, parseJson(text, path));
  if (!checked.ok) throw new Error(`${path} is no hyperprior: ${faultInWords(checked.faults[0])}.`);
  const factorised = new Factorised(checked.value);
  const expected = card.codes.h!.channels;
  if (factorised.channels === expected) return factorised;
  throw new Error(
    `${path} has laws of ${factorised.channels} channels; its card says that h has ${expected}.`,
  );
}

/** z given h by a network, h by laws of its own. */
function hyperprior(hyper: HyperDecoder, factorised: Factorised, law: Law): Density {
  return {
    tryOn: ([z, h]) => hyper.tryOn(h, z.shape),
    async rate([z, h], signal) {
      const { scales, means, pullback, release } = await hyper.linearize(h, z.shape, signal);
      try {
        const ofZ = conditionalRate(z, means, scales, law);
        const ofH = factorised.rate(h);
        const through = await pullback(ofZ.ofScales, ofZ.ofMeans);
        const gradient = mapArray(ofH.gradient, (value, i) => value + through.data[i]);
        return { nats: ofZ.nats + ofH.nats, gradient: [ofZ.gradient, gradient] };
      } finally {
        release();
      }
    },
    async draw([zShape, hShape], random, signal) {
      const h = factorised.draw(hShape, random);
      const { scales, means, release } = await hyper.linearize(h, zShape, signal);
      release();
      const z = mapArray(
        means,
        (mean, i) => mean + scales.data[i] * law.draw(random) + random.uniform() - 0.5,
      );
      return [z, h];
    },
  };
}

/** h ↦ the scales and means of z. */
class HyperDecoder {
  constructor(
    readonly graph: DifferentiableGraph,
    readonly card: CompressiveCard,
  ) {}

  async tryOn(h: FloatArray, shape: Shape): Promise<void> {
    const [input] = this.card.inputs['hyper-decoder']!;
    const fetch = this.card.outputs['hyper-decoder']!;
    const outputs = await this.graph.runAll({ [input]: tensorOf(h) }, fetch);
    for (const output of fetch) codeOf(outputs[output], shape, false, this.graph.name);
  }

  async linearize(h: FloatArray, shape: Shape, signal?: AbortSignal) {
    const [input] = this.card.inputs['hyper-decoder']!;
    const [scales, means] = this.card.outputs['hyper-decoder']!;
    const feeds = { [input]: tensorOf(h) };
    const { values, pullback, release } = await this.graph.linearizeAll(
      feeds,
      input,
      [scales, means],
      signal,
    );
    return {
      scales: codeOf(values[scales], shape, false, this.graph.name),
      means: codeOf(values[means], shape, false, this.graph.name),
      pullback: async (ofScales: FloatArray, ofMeans: FloatArray): Promise<FloatArray> => {
        const gradient = await pullback({ [scales]: tensorOf(ofScales), [means]: tensorOf(ofMeans) });
        const into = zeros(h.shape);
        into.data.set(gradient.data as Float32Array);
        return into;
      },
      release,
    };
  }
}
