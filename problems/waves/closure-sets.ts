/**
 * Closure quantities: sums of log visibilities in which what each telescope does to its own signal cancels. Minimal
 * sets: no quantity follows from the others (Blackburn et al., "Closure statistics in interferometric data", 2020).
 */
import type { Baselines } from './telescopes.js';

/** Σ sign·log V of these baselines. */
export type Closure = readonly { readonly baseline: number; readonly sign: 1 | -1 }[];

/** Triangles with the first station of each time: the sum of phases around each does not depend on stations' phases. */
export function triangles(baselines: Baselines): Closure[] {
  return perTime(baselines)
    .flatMap(({ stations, find }) => {
      const [reference, ...others] = stations;
      return pairs(others.length).map(([i, j]): Closure | undefined => {
        const [a, b] = [others[i], others[j]];
        return closure([find(reference, a), 1], [find(a, b), 1], [find(reference, b), -1]);
      });
    })
    .filter((found) => found !== undefined);
}

/**
 * V(i, j)·V(i+1, j+1) over V(i, j+1)·V(i+1, j), the stations of each time in a circle, i and j no neighbours: their log
 * amplitudes do not depend on stations' gains.
 */
export function quadrangles(baselines: Baselines): Closure[] {
  return perTime(baselines)
    .flatMap(({ stations, find }) => {
      const count = stations.length;
      const at = (i: number) => stations[i % count];
      return pairs(count)
        .filter(([i, j]) => j - i > 1 && j - i < count - 1)
        .map(([i, j]): Closure | undefined =>
          closure(
            [find(at(i), at(j)), 1],
            [find(at(i + 1), at(j + 1)), 1],
            [find(at(i), at(j + 1)), -1],
            [find(at(i + 1), at(j)), -1],
          ),
        );
    })
    .filter((found) => found !== undefined);
}

/** Undefined where a baseline was not measured. */
function closure(...terms: [baseline: number | undefined, sign: 1 | -1][]): Closure | undefined {
  const found = terms.flatMap(([baseline, sign]) => (baseline === undefined ? [] : [{ baseline, sign }]));
  return found.length === terms.length ? found : undefined;
}

/** i < j < count. */
function pairs(count: number): [number, number][] {
  const all = Array.from({ length: count }, (_, i) => i);
  return all.flatMap((i) => all.slice(i + 1).map((j): [number, number] => [i, j]));
}

/** The stations of each time in ascending order, and the baseline between two of them, in either order. */
function perTime({ time, first, second }: Baselines) {
  const groups = new Map<number, { stations: Set<number>; baselines: Map<string, number> }>();
  for (let k = 0; k < time.length; k++) {
    const group = groups.get(time[k]) ?? { stations: new Set(), baselines: new Map() };
    group.stations.add(first[k]).add(second[k]);
    group.baselines.set(`${first[k]} ${second[k]}`, k);
    groups.set(time[k], group);
  }
  return Array.from(groups.values(), ({ stations, baselines }) => ({
    stations: [...stations].sort((a, b) => a - b),
    find: (a: number, b: number) => baselines.get(a < b ? `${a} ${b}` : `${b} ${a}`),
  }));
}
