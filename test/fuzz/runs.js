/** What the checks of whole runs share: a folder of small pictures, the command line, and what a run left. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';

const main = new URL('../../dist/src/cli/main.js', import.meta.url).pathname;

/** Numbers in [0, 1) from a seed (Mulberry32). @param {number} seed */
export function numbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A new folder with a folder `in` of pictures. @param {number} count */
export async function picturesFolder(count) {
  const folder = mkdtempSync(join(tmpdir(), 'retrodict-runs-'));
  mkdirSync(join(folder, 'in'));
  for (let k = 0; k < count; k++) {
    const raw = Uint8Array.from({ length: 24 * 20 * 3 }, (_, i) => 127 + 100 * Math.sin(i / (3 + k)));
    const picture = sharp(raw, { raw: { width: 24, height: 20, channels: 3 } });
    await picture.png().toFile(join(folder, 'in', `${k}.png`));
  }
  return folder;
}

/**
 * Runs the command line, and ends it after a time by a signal that it cannot see.
 * @param {string} cwd @param {readonly string[]} words @param {number} [milliseconds]
 * @returns {Promise<{ status: number | null, said: string, milliseconds: number }>}
 */
export function run(cwd, words, milliseconds) {
  const begun = performance.now();
  const child = spawn(process.execPath, [main, ...words], { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  const timer =
    milliseconds === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), milliseconds);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  return new Promise((resolve) => {
    child.on('close', (status) => {
      clearTimeout(timer);
      resolve({ status, said, milliseconds: performance.now() - begun });
    });
  });
}

/** Each file below a folder and its hash; of the manifest, each item's last line, no times. @param {string} folder */
export function leftIn(folder) {
  /** @type {Record<string, string>} */
  const left = {};
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const path = join(folder, name);
    if (!statSync(path).isFile()) continue;
    const bytes = readFileSync(path);
    const content = name.endsWith('manifest.jsonl') ? lastLines(bytes.toString()) : bytes;
    left[name] = createHash('sha256').update(content).digest('hex');
  }
  return left;
}

/** @param {string} text */
function lastLines(text) {
  /** @type {Map<string, string>} */
  const last = new Map();
  for (const line of text.split('\n').filter((one) => one !== '')) {
    try {
      const { seconds: _, ...rest } = JSON.parse(line);
      last.set(rest.name, JSON.stringify(rest));
    } catch {
      // A line that a kill tore; the program leaves it out too.
    }
  }
  return [...last].sort().join('\n');
}
