/**
 * A device beside the CPU, for each shipped prior: by how much answers and gradients differ, relative to the largest
 * value, and how long they take. Run: `node dist/samples/benchmarks/devices.js DEVICE [fp16] [SIDE]`. Exit status 1
 * where the device cannot be used.
 */
import {
  type DiffusionPrior,
  type FloatArray,
  keyedRandom,
  type LoadOptions,
  listPriors,
  loadPrior,
  type Prior,
} from '../../src/index.js';

const [device, ...words] = process.argv.slice(2);
if (device === undefined) throw new Error('which device? devices.js DEVICE [fp16] [SIDE]');
const precision = words.includes('fp16') ? 'fp16' : 'fp32';
const side = Number(words.find((word) => /^\d+$/.test(word)) ?? 256);
const ROUNDS = 5;

/** What is asked, by name: once more gives the same answer. */
type Questions = Record<string, () => Promise<FloatArray>>;

/** What each network of a prior is asked, and each gradient that solvers take. */
function questionsOf(prior: Prior): Questions {
  const random = keyedRandom(0, 'devices', 0)();
  const shape = [prior.channels, side, side];
  switch (prior.kind) {
    case 'diffusion':
      return ofDenoiser(prior, random.normals(shape));
    case 'latent': {
      const extent = side / prior.downsampling;
      const code = random.normals([prior.codes.channels, extent, extent]);
      return { ...ofDenoiser(prior.codes, code), ...ofDecoder(prior, code) };
    }
    case 'compressive':
      return ofDecoder(prior, random.normals(prior.codeShapes(shape)[0]));
    case 'masked': {
      const [height, width] = prior.gridOf(shape);
      const [count, channels] = prior.codebook.shape;
      const hidden = { height, width, ids: new Int32Array(height * width).fill(count) };
      const code = random.normals([channels, height, width]);
      return { logits: () => prior.logits(hidden), ...ofDecoder(prior, code) };
    }
  }
}

function ofDenoiser(prior: DiffusionPrior, x: FloatArray): Questions {
  const gradient = async () => {
    const at = await prior.linearize!(x, 0.1);
    const answer = await at.pullback(x);
    at.release();
    return answer;
  };
  return { denoise: () => prior.denoise(x, 0.1), 'denoise with gradient': gradient };
}

function ofDecoder(prior: Exclude<Prior, DiffusionPrior>, code: FloatArray): Questions {
  const gradient = async () => {
    const at = await prior.linearizeDecode!(code);
    const answer = await at.pullback(at.value);
    at.release();
    return answer;
  };
  return { decode: () => prior.decode(code), 'decode with gradient': gradient };
}

/** The answers of a prior, and the median seconds of each. */
async function asked(name: string, options: LoadOptions) {
  const prior = await loadPrior(name, options);
  const found: Record<string, { readonly answer: FloatArray; readonly seconds: number }> = {};
  for (const [what, ask] of Object.entries(questionsOf(prior))) {
    const answer = await ask();
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const started = performance.now();
      await ask();
      times.push((performance.now() - started) / 1000);
    }
    found[what] = { answer, seconds: times.sort((a, b) => a - b)[ROUNDS >> 1] };
  }
  await prior.close();
  return found;
}

function difference({ data: found }: FloatArray, { data: truth }: FloatArray): number {
  let [off, largest] = [0, 0];
  for (let i = 0; i < truth.length; i++) {
    largest = Math.max(largest, Math.abs(truth[i]));
    off = Math.max(off, Math.abs(found[i] - truth[i]));
  }
  return off / largest;
}

try {
  await (await loadPrior('photo-small', { device: device as LoadOptions['device'], precision })).close();
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
console.log(
  `| prior | ${side}² | off by | CPU ms | ${device} ${precision} ms |\n| --- | --- | ---: | ---: | ---: |`,
);
for (const { name } of await listPriors()) {
  try {
    const found = await asked(name, { device: device as LoadOptions['device'], precision });
    const truth = await asked(name, {});
    for (const [what, { answer, seconds }] of Object.entries(truth)) {
      const off = difference(found[what].answer, answer).toExponential(1);
      const times = [seconds, found[what].seconds].map((one) => (1000 * one).toFixed(1)).join(' | ');
      console.log(`| ${name} | ${what} | ${off} | ${times} |`);
    }
  } catch (error) {
    console.error(`${name}: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}
