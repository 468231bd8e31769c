/**
 * How hazy a picture is, from the picture alone. Nearly everywhere in a clear picture something near by is black in
 * one colour, by shade or by hue; where nothing is, the air shines there. (He, Sun, Tang, "Single image haze removal
 * using dark channel prior", CVPR 2009; the map gets the edges of the picture by their guided filter, ECCV 2010.)
 *
 * Departs from the paper: squares go with the size of the picture; a tenth of the haze is left, not a twentieth, and no
 * less light than a fifth comes through, not a tenth: bright skies and white walls come out better, and less noise is
 * let through.
 */
import type { FloatArray } from '../../src/core/array.js';
import { guidedFilter, leastAround, type Plane } from '../../src/core/windows.js';

/** Radius of the squares as a share of the shorter side: 15 pixels wide at 420, as published. */
const RADIUS = 1 / 60;
/** Radius of the guided filter, in radii. */
const SMOOTHER = 4;
/** Variance of the guide that counts as flat. */
const FLAT = 1e-3;
/** The haziest places, which show the light of the air. */
const HAZIEST = 0.001;
/** How much of the haze is taken away, and what share of the scene's light comes through at least. */
const TAKEN = 0.9;
const LEAST = 0.2;

/** The light of the haze itself, by channel: the mean of the picture where its dark channel is brightest. */
export function airlightOf(picture: FloatArray): number[] {
  const [channels, height, width] = picture.shape;
  const pixels = height * width;
  const dark = darkChannel(picture, new Array(channels).fill(1));
  const order = Uint32Array.from(dark.keys()).sort((a, b) => dark[b] - dark[a] || a - b);
  const haziest = order.subarray(0, Math.max(1, Math.floor(HAZIEST * pixels)));
  return Array.from({ length: channels }, (_, channel) => {
    const sum = haziest.reduce((total, at) => total + picture.data[channel * pixels + at], 0);
    return sum / haziest.length;
  });
}

/** What a picture tells of its haze. */
export interface Veil {
  /** The share of the scene's light that comes through, by pixel, 0.2 to 1. */
  readonly transmission: Float32Array;
  /** Above this the haze is over three quarters of the picture, as a share of the airlight. */
  readonly haziness: number;
}

/** @param airlight by channel, above 0. */
export function veilOf(picture: FloatArray, airlight: readonly number[]): Veil {
  const [channels, height, width] = picture.shape;
  const dark = darkChannel(picture, airlight);
  const guide: Plane = { height, width, data: new Float32Array(height * width) };
  for (let i = 0; i < picture.data.length; i++) {
    guide.data[i % guide.data.length] += picture.data[i] / channels;
  }
  const raw = dark.map((share) => 1 - TAKEN * share);
  const smooth = guidedFilter(guide, raw, SMOOTHER * radiusOf(picture), FLAT);
  const sorted = dark.slice().sort();
  return {
    transmission: smooth.map((share) => Math.min(1, Math.max(LEAST, share))),
    haziness: sorted[Math.floor(0.25 * (sorted.length - 1))],
  };
}

/** The least, over channels and a square, of the picture over the airlight. */
function darkChannel({ data, shape }: FloatArray, airlight: readonly number[]): Float32Array {
  const [channels, height, width] = shape;
  const pixels = height * width;
  const least = new Float32Array(pixels).fill(Number.POSITIVE_INFINITY);
  for (let channel = 0; channel < channels; channel++) {
    for (let i = 0; i < pixels; i++) {
      least[i] = Math.min(least[i], data[channel * pixels + i] / airlight[channel]);
    }
  }
  return leastAround({ data: least, height, width }, radiusOf({ shape }));
}

function radiusOf({ shape: [, height, width] }: Pick<FloatArray, 'shape'>): number {
  return Math.max(1, Math.round(RADIUS * Math.min(height, width)));
}
