/** Returns the value below which a share (0 to 1) of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Returns the median of one figure of many samples; NaN if there is no sample. */
export function medianOf<Sample>(
  samples: readonly Sample[] | undefined,
  read: (sample: Sample) => number,
): number {
  return median((samples ?? []).map(read));
}
