import { describe, expect, it } from 'vitest';
import { simulatedArray } from '../../../problems/waves/telescopes.js';

const array = { stations: 5, times: 3, hours: 6, declination: 30, longest: 4, seed: 2 };

describe('interferometry', () => {
  it('moves on ellipses: u² + ((v − v₀)/sin δ)² stays', () => {
    const { u, v } = simulatedArray({ ...array, stations: 2, times: 24, hours: 23 });
    const sine = Math.sin(Math.PI / 6);
    const centre = v.reduce((sum, value) => sum + value, 0) / 24;
    const radii = Array.from(u, (value, k) => Math.hypot(value, (v[k] - centre) / sine));
    for (const radius of radii) expect(radius).toBeCloseTo(radii[0], 10);
  });

  it('turns with the Earth, by 15° an hour, as eq. 4.1 of Thompson, Moran and Swenson has it', () => {
    // Hour angles −90°, 0° and 90°: u is −X, Y, X, and v is −sin δ·Y, −sin δ·X, sin δ·Y beside cos δ·Z.
    const { u, v } = simulatedArray({ ...array, stations: 3, times: 3, hours: 12 });
    const sine = Math.sin(Math.PI / 6);
    for (let k = 0; k < 3; k++) {
      const [dawn, noon, dusk] = [k, k + 3, k + 6];
      const middle = (v[dawn] + v[dusk]) / 2;
      expect(u[dawn]).toBeCloseTo(-u[dusk], 12);
      expect(v[dusk] - middle).toBeCloseTo(sine * u[noon], 12);
      expect(v[noon] - middle).toBeCloseTo(-sine * u[dusk], 12);
    }
  });
});
