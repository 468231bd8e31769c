/** Where the rays of a tomograph run. */
import type { Ray } from './ray-transform.js';

interface Projections {
  /** Directions, evenly spaced over the arc from 0 on. */
  readonly angles: number;
  /** Degrees. */
  readonly arc: number;
  /** Detector pixels, one image pixel apart where the axis of rotation is. */
  readonly detectors: number;
  /** Distance of the source from the axis in pixels; rays are parallel when absent. */
  readonly source?: number;
}

/**
 * Rays by angle, then detector. At angle θ the detector runs along (cos θ, sin θ), the y axis upwards, so that at 0°
 * rays run along columns, first column first; the axis is the middle of the image.
 */
export function projectionRays(height: number, width: number, projections: Projections): Ray[] {
  const { angles, arc, detectors, source } = projections;
  const rays: Ray[] = [];
  for (let i = 0; i < angles; i++) {
    const angle = (((arc * i) / angles) * Math.PI) / 180;
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    for (let d = 0; d < detectors; d++) {
      const offset = d - (detectors - 1) / 2;
      // Through offset·(c, s), along (−s, c), or from the source at −source·(−s, c).
      const [across, along] = source === undefined ? [0, 1] : [offset, source];
      rays.push({
        x: (width - 1) / 2 + offset * c,
        y: (height - 1) / 2 - offset * s,
        dx: across * c - along * s,
        dy: -(across * s + along * c),
      });
    }
  }
  return rays;
}

/** The fewest detector pixels that see every corner of the image from every side. */
export function detectorsFor(height: number, width: number, source?: number): number {
  const radius = Math.hypot(height, width) / 2;
  const seen = source === undefined ? radius : (radius * source) / Math.sqrt(source ** 2 - radius ** 2);
  return Math.ceil(2 * seen);
}
