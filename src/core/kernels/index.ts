export { evenBlur } from './blur';
export { cosineLines, cosineLinesInverse } from './cosine';
export { complexLines, realRows, realRowsInverse } from './fourier';
export { followRays, turnBack, turnImage } from './rays';
