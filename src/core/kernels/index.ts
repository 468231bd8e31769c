export { evenBlur } from './blur';
export { collectPlane, lightPlane, pairsToPlane, planeToPairs } from './complex-planes';
export { cosineLines, cosineLinesInverse } from './cosine';
export { cosineBlocks, fromCosineBlocks } from './cosine-blocks';
export { complexLines, realRows, realRowsInverse } from './fourier';
export { hadamard } from './hadamard';
export { quantiseBlocks } from './jpeg';
export { mixPlanes, sumAlong, sumRows } from './matrices';
export { followRays, turnBack, turnImage } from './rays';
