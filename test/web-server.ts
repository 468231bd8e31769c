/** A static server on this machine alone, for tests of pages. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
};

/**
 * Serves files.
 * @param folders by the first part of the address.
 * @param isolated sends what lets a page use several threads.
 */
export async function serve(folders: Readonly<Record<string, string>>, isolated = false) {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname);
    asked.push(path);
    const [, first, ...rest] = path.split('/');
    if (isolated) {
      response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
      response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    }
    const folder = folders[first];
    const file = folder && (await readFile(join(folder, ...rest)).catch(() => undefined));
    if (file) response.setHeader('Content-Type', TYPES[extname(path)] ?? 'application/octet-stream');
    response.writeHead(file ? 200 : 404).end(file ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    /** The paths that were asked for. */
    asked,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
