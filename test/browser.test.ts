/** The entry for browsers: what it is made of, and that a real browser gives what Node gives. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadPrior } from '../models/load.js';
import type { DiffusionPrior } from '../models/prior.js';
import { problem } from '../problems/bind.js';
import type * as Retrodict from '../src/browser.js';
import type { WebLoadOptions } from '../src/browser.js';
import { type FloatArray, floatArray } from '../src/core/array.js';
import { keyedRandom } from '../src/core/random.js';
import { restore } from '../src/restore.js';
import { hasBrowser, openBrowser } from './browser.js';
import { serve } from './web-server.js';

/** How far a browser's CPU may be off Node's, of the largest value: both round, in another order. */
const ROUNDING = 1e-5;

let bundled: Metafile;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'retrodict-web-'));
  const { metafile } = await build({
    entryPoints: ['src/browser.ts'],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    splitting: true,
    outdir: folder,
    metafile: true,
    logLevel: 'silent',
  });
  bundled = metafile;
  writeFileSync(join(folder, 'empty.html'), '<!doctype html><title>empty</title>');
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('reaches no Node built-in, and nothing that is for Node alone', () => {
  // The bundler fails on a built-in; these would come with one that is hidden.
  const inputs = Object.keys(bundled.inputs);
  expect(
    inputs.filter((path) =>
      /onnxruntime-node|node_modules\/sharp|models\/(load|files|contained)\.ts/.test(path),
    ),
  ).toEqual([]);
  expect(inputs).toContain('solvers/pixel/dps.ts');
});

function imageOf(extent: number): FloatArray {
  const noise = keyedRandom(0, 'browser test', 0)().normals([3, extent, extent]);
  return floatArray(
    noise.data.map((value, i) => 0.5 + 0.3 * Math.sin(i / 17) + 0.05 * value),
    noise.shape,
  );
}

const side = 48;
const image = imageOf(side);
const sigma = 0.1;

type Where = 'cpu' | 'webgpu';

describe.skipIf(!hasBrowser)('in Chromium', { timeout: 120_000 }, () => {
  let browser: Browser;
  let server: Awaited<ReturnType<typeof serve>>;
  let page: Page;
  beforeAll(async () => {
    browser = await openBrowser();
    server = await serve(
      { lib: folder, weights: 'models/weights', ort: 'node_modules/onnxruntime-web/dist' },
      true,
    );
    page = await opened();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  /** A page in which `retrodict` is the library. */
  async function opened(of = browser): Promise<Page> {
    const made = await (await of.newContext()).newPage();
    await made.goto(`${server.address}/lib/empty.html`);
    const content = `import * as retrodict from '${server.address}/lib/browser.js'; Object.assign(globalThis, { retrodict });`;
    await made.addScriptTag({ type: 'module', content });
    await made.waitForFunction(() => 'retrodict' in globalThis);
    return made;
  }

  /** A value, a gradient, and the value again, alone. */
  function answersIn(where: Page, name: string, of: FloatArray, device: Where): Promise<number[][]> {
    return where.evaluate(
      async ([values, shape, level, address, on, wasm]) => {
        const { loadPrior: load, floatArray: array } = (
          globalThis as unknown as { retrodict: typeof Retrodict }
        ).retrodict;
        const prior = await load(address, { device: on, wasm });
        if (prior.kind !== 'diffusion') throw new Error('no diffusion prior');
        const x = array(Float32Array.from(values), shape);
        const { value, pullback, release } = await prior.linearize!(x, level);
        const gradient = await pullback(x);
        release();
        const denoised = on === 'cpu' ? await prior.denoise(x, level) : value;
        await prior.close();
        return [value, gradient, denoised].map(({ data }) => [...data]);
      },
      [
        ...([[...of.data], of.shape, sigma, `${server.address}/weights/${name}`] as const),
        ...([device, `${server.address}/ort`] as const),
      ] as const,
    );
  }

  /** What loading a prior says. */
  function failing(path: string, options: WebLoadOptions = {}, ort = 'ort'): Promise<string> {
    return page.evaluate(
      async ([address, wasm, more]) => {
        const { loadPrior: load } = (globalThis as unknown as { retrodict: typeof Retrodict }).retrodict;
        return load(address, { wasm, device: 'cpu', ...more }).then(
          () => 'it loaded',
          (error: Error) => error.message,
        );
      },
      [`${server.address}/${path}`, `${server.address}/${ort}`, options] as const,
    );
  }

  it.each(['photo-small', 'photo'])('an evaluation and a gradient of %s are those of Node', async (name) => {
    const [found, truth] = [await answersIn(page, name, image, 'cpu'), await answersOfNode(name, image)];
    expect(difference(found[0], truth[0])).toBeLessThan(ROUNDING);
    expect(difference(found[1], truth[1])).toBeLessThan(10 * ROUNDING);
    expect(difference(found[2], truth[0])).toBeLessThan(ROUNDING);
  });

  // Mostly of compiling: a minute where nothing else is done, and several where the machine is busy.
  it('an evaluation and a gradient on WebGPU are those of Node', { timeout: 900_000 }, async (test) => {
    const software = await openBrowser(true);
    try {
      const other = await opened(software);
      const adapter = await other.evaluate(async () => Boolean(await navigator.gpu?.requestAdapter()));
      if (!adapter) test.skip('this Chromium gives no WebGPU adapter in software');
      // Of the size at which a device is checked, so that what was compiled for that serves again.
      const square = imageOf(64);
      const found = await answersIn(other, 'photo-small', square, 'webgpu');
      const truth = await answersOfNode('photo-small', square);
      expect(difference(found[0], truth[0])).toBeLessThan(ROUNDING);
      expect(difference(found[1], truth[1])).toBeLessThan(10 * ROUNDING);
      // Were they equal, WebAssembly would have done it.
      expect(difference(found[0], truth[0])).toBeGreaterThan(0);
    } finally {
      await software.close();
    }
  });

  it('a restoration has the estimate and the spread of Node', async () => {
    const job = { samples: 2, options: { steps: 4 }, seed: 3 };
    const found = await page.evaluate(
      async ([values, size, address, wasm, options]) => {
        const library = (globalThis as unknown as { retrodict: typeof Retrodict }).retrodict;
        const prior = await library.loadPrior(address, { device: 'cpu', wasm });
        const { mean, sd, samples } = await library.restore({
          ...options,
          measurement: library.floatArray(Float32Array.from(values), [3, size, size]),
          problem: library.problem('gaussian-blur:sigma=1.2', 'gaussian:sigma=5/255'),
          prior,
        });
        await prior.close();
        return { mean: [...mean.data], sd: [...(sd?.data ?? [])], samples: samples.length };
      },
      [[...image.data], side, `${server.address}/weights/photo-small`, `${server.address}/ort`, job] as const,
    );
    const prior = await loadPrior('photo-small', { threads: 1 });
    const spec = problem('gaussian-blur:sigma=1.2', 'gaussian:sigma=5/255');
    const { mean, sd } = await restore({ ...job, measurement: image, problem: spec, prior });
    await prior.close();
    expect(found.samples).toBe(2);
    expect(difference(found.mean, mean.data)).toBeLessThan(1e-4);
    expect(difference(found.sd, sd!.data)).toBeLessThan(1e-3);
  });

  it('the network is fetched once, and then remembered', async () => {
    const before = server.asked.filter((path) => path.endsWith('photo-small/model.onnx')).length;
    expect(await failing('weights/photo-small')).toBe('it loaded');
    expect(server.asked.filter((path) => path.endsWith('photo-small/model.onnx')).length).toBe(before);
  });

  it('pictures come and go through the canvas', async () => {
    const [values, shape, error] = await page.evaluate(async () => {
      const {
        floatArray: array,
        pictureBlob,
        readImage,
      } = (globalThis as unknown as { retrodict: typeof Retrodict }).retrodict;
      const sent = array(
        Float32Array.from({ length: 3 * 4 * 5 }, (_, i) => (4 * i) / 255),
        [3, 4, 5],
      );
      const back = await readImage(await pictureBlob(sent));
      const large = await readImage(await pictureBlob(sent), 19).catch((reason: Error) => reason.message);
      return [[...back.data].map((value) => Math.round(255 * value)), back.shape, large] as const;
    });
    expect(shape).toEqual([3, 4, 5]);
    expect(values).toEqual(Array.from({ length: 60 }, (_, i) => 4 * i));
    expect(error).toBe(
      'the picture has 5×4 pixels; a browser has room for 19: make it smaller, or use the command line',
    );
  });

  it('what cannot be loaded is said in a sentence', async () => {
    expect(await failing('weights/none')).toBe(
      `${server.address}/weights/none/card.json cannot be read: the server answers 404.`,
    );
    expect(await failing('weights/photo-small', { device: 'cuda' } as object)).toBe(
      'device "cuda" is not known here; expected auto, cpu or webgpu',
    );
    expect(await failing('weights/photo-small', { device: 'webgpu' })).toMatch(
      /^device webgpu: this browser has no WebGPU adapter; device cpu runs everywhere$|^it loaded$/,
    );
  });

  it('a file that is not the one of its card is refused, also where it was remembered', async () => {
    const card = await (await fetch(`${server.address}/weights/photo-small/card.json`)).json();
    await page.route('**/weights/photo-small/card.json', (route) =>
      route.fulfill({ json: { ...card, model: { ...card.model, sha256: '0'.repeat(64) } } }),
    );
    expect(await failing('weights/photo-small')).toBe(
      `${server.address}/weights/photo-small/model.onnx has SHA-256 ${card.model.sha256}; ` +
        `its card expects ${'0'.repeat(64)}.`,
    );
    await page.unroute('**/weights/photo-small/card.json');
  });

  it('files of onnxruntime-web that are not there are named by their place', async () => {
    page = await opened();
    expect(await failing('weights/photo-small', {}, 'nowhere')).toMatch(
      /^The \.wasm and \.mjs files of onnxruntime-web are not found at .*\/nowhere/,
    );
  });
});

/** A value and a gradient. */
async function answersOfNode(name: string, x: FloatArray): Promise<Float32Array[]> {
  const prior = (await loadPrior(name, { threads: 1 })) as DiffusionPrior;
  const { value, pullback, release } = await prior.linearize!(x, sigma);
  const gradient = await pullback(x);
  release();
  await prior.close();
  return [value.data, gradient.data];
}

function difference(found: ArrayLike<number>, truth: ArrayLike<number>): number {
  let [off, largest] = [0, 0];
  for (let i = 0; i < truth.length; i++) {
    largest = Math.max(largest, Math.abs(truth[i]));
    off = Math.max(off, Math.abs(found[i] - truth[i]));
  }
  return off / largest;
}
