/** Repeatable random choices: the same seed makes the same choices. */
export interface Random {
  below(limit: number): number;
  /** Returns true with the probability 1 / count. */
  oneIn(count: number): boolean;
  pick<T>(values: readonly T[]): T;
  bytes(maximumLength: number): Buffer;
}

/** Creates a random source from a seed (mulberry32). */
export function createRandom(seed: number): Random {
  let state = seed;
  const below = (limit: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
  return {
    below,
    oneIn: (count) => below(count) === 0,
    pick: <T>(values: readonly T[]): T => values[below(values.length)] as T,
    bytes: (maximumLength) => Buffer.from(Array.from({ length: below(maximumLength + 1) }, () => below(256))),
  };
}
