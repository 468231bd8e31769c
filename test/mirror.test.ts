/** Tests mirror the tree by name: who opens a file knows where its tests are, and that it has some. */
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../', import.meta.url));

/** Files without tests of their own name, and why. A name that ends in `/` is a folder. */
const exceptions: Readonly<Record<string, string>> = {
  'models/onnx/proto/onnx_pb.ts': 'made by protobuf',
  'src/core/kernels.wasm.ts': 'made of src/core/kernels/',
  'src/core/kernels/': 'AssemblyScript, which test/core/kernels.test.ts calls as it is compiled',
  'models/onnx/vjp/rules/':
    'test/models/onnx/vjp/rules/index.test.ts has a case for each rule, and asks for it',
  'models/prior-files.ts': 'types',
  'models/web/': 'test/browser.test.ts runs them in a real browser',
  'src/io/canvas.ts': 'test/browser.test.ts runs it in a real browser',
  'models/onnx/tensor.ts': 'types, and a table of arrays',
  'models/onnx/vjp/resize-matrix.ts': 'types',
  'models/onnx/vjp/rule.ts': 'types',
  'problems/family.ts': 'types',
  'problems/parts/row-basis.ts': 'types',
  'solvers/solver.ts': 'types',
  'src/core/jpeg-coding.ts': 'types',
  'src/core/checkpoints.ts': 'types',
  'problems/index.ts': 'names of other files',
  'src/problem-kit.ts': 'names of other files',
  'src/queue/index.ts': 'names of other files',
  'src/queue/': 'test/queue/work.test.ts starts Redis and a store, and goes through all of it',
  'src/cli/queue-option.ts': 'an option of the commands that test/cli/work.test.ts starts',
  'src/cli/submit.ts': 'test/cli/work.test.ts goes through submit, work and status',
  'src/cli/status.ts': 'test/cli/work.test.ts goes through submit, work and status',
  'src/solver-kit.ts': 'names of other files',
  'solvers/index.ts': 'a table: test/solvers/gate.test.ts goes through it',
  'src/io/readers/index.ts': 'a table: test/io/inputs.test.ts goes through it',
};

it('every source file has a test of the same path', () => {
  const files = ['models', 'problems', 'solvers', 'src'].flatMap((room) =>
    readdirSync(root + room, { recursive: true, encoding: 'utf8' }).map((name) => `${room}/${name}`),
  );
  const sources = files.filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'));
  expect(sources.length).toBeGreaterThan(300);
  const excused = Object.keys(exceptions);
  const without = sources.filter((path) => !existsSync(root + testOf(path)));
  expect(without.filter((path) => !excused.some((name) => covers(name, path)))).toEqual([]);
  const needless = excused.filter((name) => !without.some((path) => covers(name, path)));
  expect(needless).toEqual([]);
});

function covers(name: string, path: string): boolean {
  return path === name || (name.endsWith('/') && path.startsWith(name));
}

function testOf(path: string): string {
  return `test/${path.replace(/^src\//, '').replace(/\.ts$/, '.test.ts')}`;
}
