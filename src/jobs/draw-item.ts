/** A range of one item's samples: drawn, written, recorded. `mergeRanges` makes a result of all ranges. */
import { keyOf } from '../io/manifest.js';
import type { Item } from '../io/walk.js';
import { drawRange } from '../restore.js';
import type { SampleRange } from '../sample-range.js';
import type { Doubt } from './doubts.js';
import { encodeRange, nameOfRange, type RangeLine } from './range-file.js';
import { checkpointsOf, isDone, planOf, restorationJob, type Shared } from './restore-item.js';
import { storedJob } from './stored-job.js';

/**
 * Draws a range of an item's samples, unless an earlier run did so in just this way.
 * @throws Error in one sentence where they cannot be drawn; then no file is written.
 */
export async function drawItem(
  item: Item,
  shared: Shared,
  range: SampleRange,
): Promise<'done' | 'unchanged' | 'nothing'> {
  const { job, folder, onEvent } = shared;
  // Told when the ranges are merged; strict is meant for results.
  const warn = (doubt: Doubt) => onEvent({ type: 'warning', name: item.name, ...doubt });
  const plan = await planOf(item, shared, warn);
  if (plan === undefined) return 'nothing';
  const name = nameOfRange(item.name, range);
  const { samples: _, calibration: __, ...recipe } = plan.made;
  const made = { ...recipe, range: [range.from, range.to] };
  if (await isDone(name, made, shared, warn)) {
    onEvent({ type: 'unchanged', name });
    return 'unchanged';
  }
  await folder.requireFree(name, ['.npz']);
  const checkpoints = await checkpointsOf(name, made, shared);
  const drawn = await drawRange({ ...(await restorationJob(item, plan, shared)), checkpoints }, range);
  const { networkEvaluations, vjps, seconds, networkSeconds } = drawn;
  const line: Omit<RangeLine, 'version' | 'name' | 'status' | 'files' | 'digests'> = {
    ...{ key: keyOf(made), path: item.path, made, of: item.name, page: item.page },
    range: [range.from, range.to],
    ...{ networkEvaluations, vjps, seconds, networkSeconds },
    job: await storedJob({ ...job, samples: undefined }),
  };
  const { files } = await folder.put(name, [{ ending: '.npz', bytes: encodeRange(drawn) }], line);
  await checkpoints.remove();
  onEvent({ type: 'drawn', name: item.name, range, file: files[0] });
  return 'done';
}
