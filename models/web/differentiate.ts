/** Gradients where there are no files: all weights stand in the graphs that are made. */
import type { Differentiation } from '../onnx/cache.js';
import { folded } from '../onnx/fold.js';
import { readModel } from '../onnx/proto/read.js';
import { writeModel } from '../onnx/proto/write.js';
import { measureResizes } from '../onnx/resize-matrices.js';
import { inferTypes, withShapes } from '../onnx/shapes.js';
import { upgrade } from '../onnx/upgrade.js';
import { splitVjp } from '../onnx/vjp/vjp.js';

/** As `differentiate`, for a model whose bytes are whole. */
export const differentiateInMemory: Differentiation = async (runtime, { name, bytes }, request) => {
  const { wrt, outputs, inputShapes } = request;
  const model = await folded(runtime, withShapes(upgrade(readModel(bytes), name), inputShapes, name), name);
  const types = await inferTypes(runtime, model, name);
  const resizeMatrices = await measureResizes(runtime, model, types, name);
  const { forward, backward, ...names } = splitVjp(model, { name, wrt, outputs, types, resizeMatrices });
  return { ...names, forward: writeModel(forward), backward: writeModel(backward) };
};
