/** The one function of jstat that this project uses (the package ships no types). */
declare module 'jstat' {
  const jStat: {
    studentt: {
      /** Quantile of Student's t distribution. */
      inv(probability: number, degreesOfFreedom: number): number;
    };
  };
  export = { jStat };
}
