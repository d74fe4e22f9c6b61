/** Ratios of a quick comparison, from the median of three runs: a run in which one is more than a fifth worse fails. Lower them when they improve. */
export const keptRatios: Readonly<Record<string, number>> = {};
