/** A picture's transparent parts may be what a problem calls missing, and then they are filled in. */
import type { Problem } from '../../problems/problem.js';
import type { Input } from '../io/inputs.js';

/** The input as it is; without alpha where all that is transparent is a hole of the problem: it comes back opaque. */
export function withoutFilledAlpha(input: Input, { operator }: Problem): Input {
  const { picture } = input;
  const { observed } = operator;
  if (!picture?.alpha || !observed) return input;
  const { data } = picture.alpha;
  const isHole = (i: number) => {
    for (let at = i; at < observed.length; at += data.length) if (observed[at] !== 0) return false;
    return true;
  };
  const transparent = [...data.keys()].filter((i) => data[i] < 0.5);
  if (transparent.length === 0 || observed.length % data.length !== 0 || !transparent.every(isHole))
    return input;
  return { ...input, picture: { ...picture, alpha: undefined, hidden: undefined } };
}
