/** The functions of jstat that this project uses (the package ships no types). */
declare module 'jstat' {
  const jStat: {
    normal: {
      cdf(x: number, mean: number, sd: number): number;
      /** Quantile. */
      inv(probability: number, mean: number, sd: number): number;
    };
    gamma: {
      /** Quantile. */
      inv(probability: number, shape: number, scale: number): number;
    };
    studentt: {
      /** Quantile of Student's t distribution. */
      inv(probability: number, degreesOfFreedom: number): number;
    };
  };
  export = { jStat };
}
