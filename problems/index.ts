/** Problems as the rest of the project uses them. */
export { type BindContext, bind, checkSpec, type KnownSize } from './bind.js';
export { parseNoise, parseProblem, parseTerm, problemFromJson } from './spec.js';
export { noises, operators } from './tables.js';
