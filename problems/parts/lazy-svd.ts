/** Singular values that are made when somebody asks for them: few solvers do, and they are as large as the image. */
import type { SingularValues } from '../operator.js';

/** @param make is called once, at the first use. */
export function lazySvd(make: () => SingularValues): SingularValues {
  let made: SingularValues | undefined;
  const svd = () => {
    made ??= make();
    return made;
  };
  return {
    get values() {
      return svd().values;
    },
    toSpectrum: (x) => svd().toSpectrum(x),
    fromSpectrum: (u) => svd().fromSpectrum(u),
    measurementToSpectrum: (y) => svd().measurementToSpectrum(y),
  };
}
