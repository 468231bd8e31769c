/** A calibration card and what it fits, for tests. */
import type { CalibrationCard, Restoration } from '../src/calibration-card.js';

const problem = (sigma: number) => ({
  operators: [{ name: 'denoise', options: {} }],
  noise: { name: 'gaussian', options: { sigma } },
});

export const calibration: CalibrationCard = {
  format: 1,
  kind: 'calibration',
  of: 'photographs for tests',
  solver: 'tweedie',
  weights: ['11'],
  samples: 0,
  options: [{ pitch: 2 }, { pitch: 4 }],
  problems: [problem(0.1), problem(0.2)],
  files: {},
  hashes: ['0a', '0b'],
  images: { factors: 15, offsets: 30 },
  share: 0.9,
  confidence: 0.95,
  ranges: { misfit: [0.9, 1.1], spread: [0.01, 0.05] },
  grouping: { measured: { spread: [-4], brightness: [0.5] } },
  levels: [
    {
      level: 0.9,
      factors: { measured: [[2]] },
      offsets: { average: 1.5, images: 2 },
      atLeast: 0.8,
      held: [0.7, 0.9],
      width: 0.1,
    },
  ],
};

export const restoration: Restoration = {
  solver: 'tweedie',
  weights: ['11'],
  samples: 0,
  options: { pitch: 3 },
  problem: problem(0.15),
  files: {},
};
