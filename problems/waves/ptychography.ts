/**
 * Ptychography: a beam (the probe) lights one spot of the image after another, the spots overlap, and of each the
 * diffraction pattern's amplitude (or intensity) is measured (Rodenburg & Faulkner 2004). Absorbing objects: the
 * image is real.
 */
import { z } from 'zod';
import { type FloatArray, formatShape, zeros } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import type { OperatorFamily } from '../family.js';
import { type LinearOperator, withLinearization } from '../operator.js';
import { litPlane } from '../parts/lit-plane.js';
import { magnitude, quantityOption } from '../parts/magnitude.js';
import { type ImageShape, imageShape, requireShape } from '../parts/planes.js';
import { heightAndWidth, sizeOption } from '../parts/size-option.js';

const options = z.strictObject({
  radius: z.number().min(1).max(512).default(32).describe('of the disk that the beam lights, px'),
  probe: z
    .string()
    .optional()
    .describe(
      '.npy file of the complex beam, height×width; in place of a disk, and not larger than the image',
    ),
  step: z.int().min(1).default(24).describe('distance of neighbouring spots across and down, px'),
  quantity: quantityOption,
  size: sizeOption.optional().describe('height and width of the image; needed to restore'),
});

export const ptychography: OperatorFamily<typeof options> = {
  name: 'ptychography',
  summary: 'the phase is missing: diffraction patterns of overlapping spots that a beam lights in turn',
  options,
  files: { probe: 'array' },
  imageShape(shape, { radius, size }, files) {
    const [height, width] = files.probe?.shape ?? diskSize(radius);
    if (shape.length !== 4 || shape[2] !== height || shape[3] !== width) {
      throw new UsageError(
        `ptychography with a beam of ${height}×${width} measures arrays of shape channels×spots×${height}×${width}, ` +
          `but the measurement is ${formatShape(shape)}`,
      );
    }
    if (size === undefined)
      throw new UsageError('ptychography needs size=HxW to know the image of a measurement');
    return [shape[0], ...heightAndWidth(size)];
  },
  create(shape, { radius, step, probe: file, quantity }, files) {
    if (file !== undefined && files.probe === undefined) {
      throw new UsageError('ptychography:probe names a file that has not been read');
    }
    const probe = files.probe ?? disk(radius);
    const image = imageShape(shape, 'ptychography');
    if (probe.dimension !== 3 || probe.shape[2] !== 2) {
      throw new UsageError(
        `ptychography:probe is ${formatShape(probe.shape)}, expected complex numbers of shape height×width`,
      );
    }
    if (probe.shape[0] > image[1] || probe.shape[1] > image[2]) {
      throw new UsageError(
        `the beam of ptychography is ${formatShape(probe.shape.slice(0, 2))}, larger than the image of ${image[1]}×${image[2]}`,
      );
    }
    return magnitude(litSpots(image, probe, step), quantity);
  },
};

function diskSize(radius: number): [number, number] {
  const size = 2 * Math.ceil(radius);
  return [size, size];
}

/** 1 within the radius, 0 beyond: [2⌈radius⌉, 2⌈radius⌉, 2]. */
function disk(radius: number): FloatArray {
  const [size] = diskSize(radius);
  const probe = zeros([size, size, 2]);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const inside = Math.hypot(y + 0.5 - size / 2, x + 0.5 - size / 2) <= radius;
      probe.data[2 * (y * size + x)] = inside ? 1 : 0;
    }
  }
  return probe;
}

/** First pixels of spots of `extent` pixels, `step` apart; a last one ends where the image does. */
function starts(extent: number, total: number, step: number): number[] {
  const count = Math.ceil((total - extent) / step) + 1;
  return Array.from({ length: count }, (_, i) => Math.min(i * step, total - extent));
}

/** [C, H, W] → [C, spots, h, w, 2]: the centred orthonormal Fourier transform of probe·spot, spots row by row. */
function litSpots(shape: ImageShape, probe: FloatArray, step: number): LinearOperator {
  const [channels, height, width] = shape;
  const [probeHeight, probeWidth] = probe.shape;
  const area = probeHeight * probeWidth;
  const places: number[] = [];
  for (const top of starts(probeHeight, height, step)) {
    for (const left of starts(probeWidth, width, step)) places.push(top * width + left);
  }
  const outputShape = [channels, places.length, probeHeight, probeWidth, 2];
  const spots = Array.from({ length: channels }, (_, c) =>
    places.map((place) => c * height * width + place),
  ).flat();
  /** Where the rows of a spot begin: in the image, from its first pixel on, and in the spot. */
  const rows = Array.from({ length: probeHeight }, (_, y) => [y * width, y * probeWidth]);
  const plane = litPlane(probeHeight, probeWidth);
  const enter = () => {
    const entered = plane();
    entered.light.set(probe.data);
    entered.kept.fill(1);
    return entered;
  };
  return withLinearization({
    inputShape: shape,
    outputShape,
    field: 'complex',
    apply(x: FloatArray) {
      requireShape(x, shape);
      const out = zeros(outputShape);
      const { image: spot, values, transform } = enter();
      for (const [i, start] of spots.entries()) {
        for (const [from, to] of rows) {
          spot.set(x.data.subarray(start + from, start + from + probeWidth), to);
        }
        transform();
        out.data.set(values.subarray(0, 2 * area), 2 * i * area);
      }
      return out;
    },
    adjoint(y: FloatArray) {
      requireShape(y, outputShape);
      const out = zeros(shape);
      const image = out.data;
      const { sum, values, collect } = enter();
      for (const [i, start] of spots.entries()) {
        values.set(y.data.subarray(2 * i * area, 2 * (i + 1) * area));
        sum.fill(0);
        collect();
        for (const [to, from] of rows) {
          for (let x = 0; x < probeWidth; x++) image[start + to + x] += sum[from + x];
        }
      }
      return out;
    },
  });
}
