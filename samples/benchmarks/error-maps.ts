/**
 * Which map knows how far a denoised picture is off, on photographs and on what no photograph is like: text and
 * drawings, made here, and a slice of a phantom.
 * Run: `node dist/samples/benchmarks/error-maps.js FOLDER PHANTOM LEVEL [COUNT]`:
 * photographs, the picture of a Shepp–Logan phantom, σ of the noise out of 255, how many photographs.
 *
 * Of each map: CRPS in 1/255 of the law that it makes of the truth (Gaussian, of the cap a generalised one), AUSE,
 * rank correlation with |error|, and its size over that of the error (1 is right).
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import {
  bind,
  type FloatArray,
  floatArray,
  keyedRandom,
  loadCap,
  loadPrior,
  problem,
  readPicture,
  restore,
  sparsification,
  spreadSkill,
} from '../../src/index.js';

const [folder, phantom, told, count = '6'] = process.argv.slice(2);
if (told === undefined) throw new Error('which pictures? error-maps.js FOLDER PHANTOM LEVEL [COUNT]');
const SIDE = 96;
const sigma = Number(told) / 255;

function cropped(image: FloatArray, top: number, left: number): FloatArray {
  const data = new Float32Array(3 * SIDE * SIDE);
  for (let i = 0; i < data.length; i++) {
    const [c, row, column] = [Math.floor(i / SIDE ** 2), Math.floor(i / SIDE) % SIDE, i % SIDE];
    data[i] = image.get(Math.min(c, image.shape[0] - 1), top + row, left + column);
  }
  return floatArray(data, [3, SIDE, SIDE]);
}

async function middle(path: string): Promise<FloatArray> {
  const { image } = await readPicture(path);
  return cropped(image, (image.shape[1] - SIDE) >> 1, (image.shape[2] - SIDE) >> 1);
}

async function drawn(content: string, background: string): Promise<FloatArray> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${SIDE}" height="${SIDE}"><rect width="100%" height="100%" fill="${background}"/>${content}</svg>`;
  const { data } = await sharp(Buffer.from(svg)).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const size = SIDE ** 2;
  const values = Float32Array.from(
    { length: 3 * size },
    (_, i) => data[3 * (i % size) + Math.floor(i / size)] / 255,
  );
  return floatArray(values, [3, SIDE, SIDE]);
}

const letters = (family: string, size: number) =>
  Array.from(
    { length: Math.floor(SIDE / size) },
    (_, k) =>
      `<text x="2" y="${size * (k + 0.9)}" font-family="${family}" font-size="${size}">${'posterior sampling of images '.slice(k)}</text>`,
  ).join('');

/** Hatching, circles and a grid, as a plan or a comic has them. */
const hatched = Array.from(
  { length: 24 },
  (_, k) =>
    `<path d="M${8 * k - 96} 96L${8 * k} 0" stroke="#123" stroke-width="1"/><circle cx="48" cy="48" r="${4 * k}" fill="none" stroke="#c22" stroke-width="0.7"/>`,
).join('');
const flat =
  '<rect x="8" y="8" width="40" height="60" fill="#e33"/><circle cx="60" cy="60" r="28" fill="#26d" stroke="#000" stroke-width="3"/><path d="M10 90L90 10" stroke="#000" stroke-width="2"/>';

async function domains(): Promise<Record<string, FloatArray[]>> {
  const names = (await readdir(folder))
    .filter((name) => name.endsWith('.png'))
    .sort()
    .slice(-Number(count));
  const photographs: FloatArray[] = [];
  for (const name of names) photographs.push(await middle(join(folder, name)));
  return {
    photographs,
    text: [await drawn(letters('DejaVu Sans', 9), '#fff'), await drawn(letters('DejaVu Serif', 14), '#fff')],
    drawings: [await drawn(hatched, '#fff'), await drawn(flat, '#ffd')],
    'CT phantom': [await middle(phantom)],
  };
}

/** The law of the truth about an estimate, of each value: its deviation, and quantiles over it. */
interface Law {
  readonly mean: FloatArray;
  readonly sd: FloatArray;
  /** Of the cap. */
  readonly scale?: FloatArray;
  readonly shape?: FloatArray;
}

const normalCdf = (z: number) => {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const tail =
    (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z > 0 ? 1 - tail : tail;
};

/** σ[z(2Φ(z) − 1) + 2φ(z) − 1/√π] */
function gaussianCrps(residual: number, sd: number): number {
  const z = residual / sd;
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  return sd * (z * (2 * normalCdf(z) - 1) + 2 * density - 1 / Math.sqrt(Math.PI));
}

/** ∫ (F(u) − [u ≥ r])² du on a grid, of α = 1 for β in steps: CRPS is α times it at r/α. */
function generalisedTable(shape: number): Generalised {
  const [reach, step] = [60, 0.05];
  const points = Math.round((2 * reach) / step);
  const density = Float64Array.from({ length: points }, (_, k) =>
    Math.exp(-(Math.abs(k * step - reach) ** shape)),
  );
  const total = density.reduce((sum, value) => sum + value, 0);
  const below = new Float64Array(points + 1);
  const above = new Float64Array(points + 1);
  let cumulative = 0;
  const values = density.map((value) => {
    cumulative += value / total;
    return cumulative - value / total / 2;
  });
  for (let k = 0; k < points; k++) below[k + 1] = below[k] + values[k] ** 2 * step;
  for (let k = points - 1; k >= 0; k--) above[k] = above[k + 1] + (1 - values[k]) ** 2 * step;
  const variance = density.reduce((sum, value, k) => sum + (value / total) * (k * step - reach) ** 2, 0);
  const crps = (residual: number) => {
    const place = Math.round((residual + reach) / step);
    if (place >= 0 && place < points) return below[place] + above[place];
    return Math.abs(residual) - reach + (place < 0 ? above[0] : below[points]);
  };
  return { crps, deviation: Math.sqrt(variance) };
}

interface Generalised {
  crps(residual: number): number;
  readonly deviation: number;
}

const tables = new Map<number, Generalised>();

function generalised(shape: number): Generalised {
  const beta = Math.round(20 * shape) / 20;
  const table = tables.get(beta) ?? generalisedTable(beta);
  tables.set(beta, table);
  return table;
}

function crpsOf({ mean, sd, scale, shape }: Law, truth: FloatArray): number {
  let sum = 0;
  for (let i = 0; i < truth.data.length; i++) {
    const residual = truth.data[i] - mean.data[i];
    if (!scale || !shape) {
      sum += gaussianCrps(residual, Math.max(sd.data[i], 1e-6));
      continue;
    }
    sum += scale.data[i] * generalised(shape.data[i]).crps(residual / scale.data[i]);
  }
  return sum / truth.data.length;
}

function ranks(values: Float32Array): Float64Array {
  const order = Uint32Array.from(values.keys()).sort((a, b) => values[a] - values[b]);
  const rank = new Float64Array(values.length);
  order.forEach((place, k) => {
    rank[place] = k;
  });
  return rank;
}

/** Spearman's. */
function correlation({ mean, sd }: Law, truth: FloatArray): number {
  const a = ranks(sd.data);
  const b = ranks(truth.data.map((value, i) => Math.abs(value - mean.data[i])));
  const centre = (a.length - 1) / 2;
  let [product, square] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    product += (a[i] - centre) * (b[i] - centre);
    square += (a[i] - centre) ** 2;
  }
  return product / square;
}

const [photo, small, cap] = [
  await loadPrior('photo'),
  await loadPrior('photo-small'),
  await loadCap('photo'),
];
if (photo.kind !== 'diffusion' || small.kind !== 'diffusion') throw new Error('photo is a diffusion prior');
const { lastLayer } = photo;
if (!lastLayer) throw new Error('the card of photo has no lastLayer');
const spec = problem('denoise', `gaussian:sigma=${sigma}`);
const bound = bind(spec, { imageShape: [3, SIDE, SIDE] });

async function lawsOf(noisy: FloatArray): Promise<Record<string, Law>> {
  const known = await restore({ measurement: noisy, problem: bound, prior: photo, solver: 'tweedie' });
  const { mean, sd } = known;
  if (!sd || small.kind !== 'diffusion') throw new Error('no variance');
  const laplace = await lastLayer!.deviation(noisy, sigma);
  const other = await small.denoise(noisy, sigma);
  const apart = floatArray(
    mean.data.map((value, i) => Math.abs(value - other.data[i]) / 2),
    mean.shape,
  );
  const law = await cap.law(mean, sigma);
  const both = floatArray(
    sd.data.map((value, i) => Math.hypot(value, laplace.data[i])),
    sd.shape,
  );
  const capped = floatArray(
    law.scale.data.map((value, i) => value * generalised(law.shape.data[i]).deviation),
    sd.shape,
  );
  return {
    'Tweedie variance': { mean, sd },
    BayesCap: { mean, sd: capped, scale: law.scale, shape: law.shape },
    'Laplace, last layer': { mean, sd: laplace },
    'Tweedie and Laplace': { mean, sd: both },
    'ensemble of two': { mean, sd: apart },
  };
}

const rows = new Map<string, string[]>();
const heads: string[] = [];
for (const [domain, pictures] of Object.entries(await domains())) {
  const sums: Record<string, number[]> = {};
  let squares = 0;
  for (const [k, clean] of pictures.entries()) {
    const noise = keyedRandom(0, domain, k)('noise').normals(clean.shape);
    const noisy = floatArray(
      clean.data.map((value, i) => value + sigma * noise.data[i]),
      clean.shape,
    );
    const laws = await lawsOf(noisy);
    for (const [name, law] of Object.entries(laws)) {
      const scores = [
        255 * crpsOf(law, clean),
        sparsification(law.mean, law.sd, clean),
        correlation(law, clean),
        spreadSkill(law.mean, law.sd, clean),
        255 * Math.sqrt(law.sd.data.reduce((sum, value) => sum + value ** 2, 0) / law.sd.data.length),
      ];
      sums[name] = scores.map((score, i) => score + (sums[name]?.[i] ?? 0));
    }
    const { mean } = laws['Tweedie variance'];
    squares += mean.data.reduce((sum, value, i) => sum + (value - clean.data[i]) ** 2, 0) / mean.data.length;
    console.error(`${domain} ${k + 1}/${pictures.length}`);
  }
  heads.push(
    `${domain} (${pictures.length}), error ${(255 * Math.sqrt(squares / pictures.length)).toFixed(1)}`,
  );
  for (const [name, scores] of Object.entries(sums)) {
    const [crps, ause, rho, skill, size] = scores.map((score) => score / pictures.length);
    const cell = `${crps.toFixed(2)} · ${ause.toFixed(2)} · ${rho.toFixed(2)} · ${skill.toFixed(2)} · ${size.toFixed(2)}`;
    rows.set(name, [...(rows.get(name) ?? []), cell]);
  }
}
console.log(`| σ = ${told}/255 | ${heads.join(' | ')} |`);
console.log(`| --- |${heads.map(() => ' --- |').join('')}`);
for (const [name, cells] of rows) console.log(`| ${name} | ${cells.join(' | ')} |`);
for (const model of [photo, small, cap]) await model.close();
