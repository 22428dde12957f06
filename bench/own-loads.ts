import type { Checkout } from './checkouts.ts';
import { runLoad } from './processes.ts';
import { byTurns, roundsOfEach, type Turns } from './turns.ts';

/** Runs a load that contains the emulator: the own program of every checkout, in turns. */
export function runOwnLoads<Figures>(
  checkouts: readonly Checkout[],
  program: string,
  settings: object,
  nodeOptions: readonly string[] = [],
): Promise<Turns<string, Figures>> {
  const contestants = checkouts.map(({ name, root }) => [
    name,
    () => runLoad<Figures>(program, settings, { nodeOptions, root }),
  ]);
  return byTurns<string, Figures>(roundsOfEach(checkouts.length), Object.fromEntries(contestants));
}
