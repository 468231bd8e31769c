/**
 * Runs when npm installs this package, before the set-up of any other: npm runs the `preinstall` of all packages first.
 *
 * onnxruntime-node's set-up fetches libraries of CUDA from NuGet, on Linux x64, where they are missing; without a way
 * there the whole installation fails. This package computes on the processor and needs none of them. An empty file in
 * the place of each keeps them from being fetched. `ONNXRUNTIME_NODE_INSTALL=cuda12` fetches them all the same.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const platform = `${process.platform}/${process.arch}`;
try {
  const script = require.resolve('onnxruntime-node/script/install-metadata.js');
  const { requirements, manifests } = require(script);
  const binaries = join(dirname(script), '../bin/napi-v6', platform);
  for (const name of requirements[platform] ?? []) {
    for (const file of Object.keys(manifests[`${platform}:${name}`])) {
      const path = join(binaries, file);
      if (!existsSync(path)) writeFileSync(path, '');
    }
  }
} catch {
  // Another version, or another installer: then its own set-up decides.
}
