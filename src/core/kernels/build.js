/**
 * `npm run kernels`: compiles the AssemblyScript beside this file to kernels.wasm.ts, text, so that no bundler and no
 * browser has to find a binary file.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

const folder = new URL('./', import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith('.ts'));
const sources = new Map(names.sort().map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]));
const hash = createHash('sha256');
for (const source of sources.values()) hash.update(source);

/** @type {Record<string, string | Uint8Array>} */
const written = {};
const options = '--runtime stub --enable simd -O3 --noAssert --bindings raw --outFile kernels.wasm'.split(
  ' ',
);
const { error, stderr } = await asc.main(['index.ts', ...options], {
  readFile: (name) => sources.get(name) ?? null,
  writeFile: (name, contents) => {
    written[name] = contents;
  },
});
process.stderr.write(stderr.toString());
if (error) throw error;

const signatures = String(written['kernels.d.ts']).matchAll(/export function (.*);/g);
const text = Buffer.from(written['kernels.wasm']).toString('base64');
const result = `// Written by \`npm run kernels\`; not to be edited.

/** SHA-256 of the sources, kernels/*.ts in the order of their names. */
export const kernelSources = '${hash.digest('hex')}';

export interface KernelFunctions {
${[...signatures].map(([, signature]) => `  ${signature};`).join('\n')}
}

export const kernelsWasm =
${text.replace(/.{1,100}/g, (line) => `  '${line}' +\n`)}  '';
`;
writeFileSync(new URL('../kernels.wasm.ts', folder), result);
