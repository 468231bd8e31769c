/**
 * Builds the page that restores a photograph in a browser into one folder, which any static server can give out. Once
 * it is loaded it needs no server.
 * Run: node dist/samples/web/build.js [FOLDER]; then for example npx http-server FOLDER.
 */
import { cp, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

const SOURCES = 'samples/web';
const PRIORS = ['photo-small', 'photo'];

/** @param folder is made where it is not there. */
export async function buildPage(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await build({
    entryPoints: [`${SOURCES}/page.ts`, `${SOURCES}/worker.ts`],
    outdir: folder,
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    logLevel: 'warning',
  });
  for (const name of ['index.html', 'style.css']) await cp(join(SOURCES, name), join(folder, name));
  const runtime = 'node_modules/onnxruntime-web/dist';
  // The names of WebGPU with and without JavaScript's own suspension are decided by the browser.
  const wasm = (await readdir(runtime)).filter((name) =>
    /^ort-wasm-simd-threaded(\.asyncify)?\.(mjs|wasm)$/.test(name),
  );
  for (const name of wasm) await cp(join(runtime, name), join(folder, 'wasm', name));
  for (const prior of PRIORS) {
    for (const name of ['card.json', 'model.onnx', 'last-layer.npy']) {
      const from = join('models/weights', prior, name);
      await cp(from, join(folder, 'weights', prior, name)).catch((error) => {
        if (name !== 'last-layer.npy') throw error;
      });
    }
  }
}

if (process.argv[1]?.endsWith('build.js')) {
  const folder = process.argv[2] ?? 'samples/output/web';
  await buildPage(folder);
  console.log(`the page is in ${folder}`);
}
