/** The singular value decomposition of B·L where LLᵀ = c·I and both have one: L's rows are turned into B's. */
import { type FloatArray, floatArray, mapArray } from '../../src/core/array.js';
import type { LinearOperator, SingularValues } from '../operator.js';

/**
 * @param svd of L, the first: √c·U·Vᵀ on as many spectral coordinates of the image as L has measured values; these
 * give way to the coordinates that B gives to L's measurement. The others, which L does not see, stay.
 */
export function composeSvd(
  first: LinearOperator,
  svd: SingularValues,
  second: SingularValues,
  gram: number,
): SingularValues {
  const seen = Array.from(svd.values.keys()).filter((i) => svd.values[i] > 0);
  const gather = (u: FloatArray) =>
    floatArray(
      Float32Array.from(seen, (place) => u.data[place]),
      [seen.length],
    );
  /** `u` with the seen coordinates replaced. */
  const scatter = (part: Float32Array, u: Float32Array) => {
    const out = u.slice();
    for (const [k, place] of seen.entries()) out[place] = part[k];
    return floatArray(out, [out.length]);
  };
  const nothing = new Float32Array(svd.values.length);
  const root = Math.sqrt(gram);
  return {
    values: scatter(
      second.values.map((value) => root * value),
      nothing,
    ).data,
    async toSpectrum(x) {
      const rows = mapArray(await first.apply(x), (value) => value / root);
      return scatter((await second.toSpectrum(rows)).data, (await svd.toSpectrum(x)).data);
    },
    async fromSpectrum(u) {
      const rows = await second.fromSpectrum(gather(u));
      return svd.fromSpectrum(scatter(gather(await svd.measurementToSpectrum(rows)).data, u.data));
    },
    measurementToSpectrum: async (y) => scatter((await second.measurementToSpectrum(y)).data, nothing),
  };
}
