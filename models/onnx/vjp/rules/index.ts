/** The one table of differentiation rules, by operator. */
import type { RuleTable } from '../rule.js';
import { activation } from './activation.js';
import { attentions } from './attention.js';
import { convolutions } from './convolution.js';
import { elementwise } from './elementwise.js';
import { indexing } from './indexing.js';
import { linalg } from './linalg.js';
import { movement } from './movement.js';
import { normalisation } from './normalisation.js';
import { pooling } from './pooling.js';
import { reductions } from './reduction.js';
import { resizeRules } from './resize.js';

export const rules: RuleTable = {
  ...elementwise,
  ...activation,
  ...reductions,
  ...movement,
  ...indexing,
  ...linalg,
  ...attentions,
  ...convolutions,
  ...normalisation,
  ...pooling,
  ...resizeRules,
};
