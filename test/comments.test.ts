/** No comment is wider than a screen beside another. The formatter does not see to it. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../', import.meta.url));
const WIDEST = 120;

/** Rooms with TypeScript of ours. `samples/output/` is what samples write. */
const rooms = ['models', 'problems', 'samples', 'solvers', 'src', 'test'];
const notOurs = /^(samples\/output\/|models\/onnx\/proto\/onnx_pb\.ts$)|\/node_modules\//;

/** A line that is part of a comment, or has one at its end. */
const comment = /^\s*(\/\/|\/\*|\*)|\s\/\/\s/;

it(`no comment is wider than ${WIDEST} columns`, () => {
  const inRooms = rooms.flatMap((room) =>
    readdirSync(root + room, { recursive: true, encoding: 'utf8' }).map((name) => `${room}/${name}`),
  );
  const sources = [...readdirSync(root), ...inRooms].filter(
    (path) => path.endsWith('.ts') && !notOurs.test(path),
  );
  expect(sources.length).toBeGreaterThan(800);
  const tooWide = sources.flatMap((path) =>
    readFileSync(root + path, 'utf8')
      .split('\n')
      .flatMap((line, i) => ([...line].length > WIDEST && comment.test(line) ? [`${path}:${i + 1}`] : [])),
  );
  expect(tooWide).toEqual([]);
});
