import { watchOthers } from './processor-time.ts';

/** The samples of the contestants in the rounds that count. */
export interface Turns<Name extends string, Sample> {
  readonly samples: Readonly<Record<Name, readonly Sample[]>>;
  readonly rounds: number;
  readonly discardedRounds: number;
  /** The largest share of all processors (0 to 1) that other programs took in a round that counts. */
  readonly othersShare: number;
}

interface Round<Name extends string, Sample> {
  readonly samples: Readonly<Record<Name, Sample>>;
  readonly othersShare: number;
}

const QUIET_SHARE = 0.04;
const ROUNDS_OF_CHECKOUTS = 5;

/**
 * Returns how many rounds a load runs that only checkouts are compared by: one for a single checkout. Several
 * checkouts need more, because their figures differ by some per cent from round to round.
 */
export function roundsOfEach(checkoutCount: number): number {
  return checkoutCount === 1 ? 1 : ROUNDS_OF_CHECKOUTS;
}

/**
 * Runs the contestants in turns (A B C A B C …) until `rounds` rounds were quiet. On a busy machine it stops after
 * twice as many, and the quietest ones count.
 */
export async function byTurns<Name extends string, Sample>(
  rounds: number,
  contestants: Readonly<Record<Name, () => Promise<Sample>>>,
): Promise<Turns<Name, Sample>> {
  const names = Object.keys(contestants) as Name[];
  const all: Round<Name, Sample>[] = [];
  const quiet = () => all.filter((round) => round.othersShare <= QUIET_SHARE).length;
  while (quiet() < rounds && all.length < rounds * 2) all.push(await runRound(names, contestants));
  const counted = all.toSorted((left, right) => left.othersShare - right.othersShare).slice(0, rounds);
  const samples = {} as Record<Name, readonly Sample[]>;
  for (const name of names) samples[name] = counted.map((round) => round.samples[name]);
  return {
    samples,
    rounds: counted.length,
    discardedRounds: all.length - counted.length,
    othersShare: Math.max(...counted.map((round) => round.othersShare)),
  };
}

async function runRound<Name extends string, Sample>(
  names: readonly Name[],
  contestants: Readonly<Record<Name, () => Promise<Sample>>>,
): Promise<Round<Name, Sample>> {
  const othersShare = watchOthers();
  const samples = {} as Record<Name, Sample>;
  for (const name of names) samples[name] = await contestants[name]();
  return { samples, othersShare: othersShare() };
}
